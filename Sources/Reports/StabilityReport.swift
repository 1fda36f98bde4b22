import Studies

/// What `autodistill stability` prints; as JSON what `stability.json` has.
public struct StabilityReport: FoundReport {
  public let found: ChoiceStability

  public init(_ found: ChoiceStability) { self.found = found }

  public var lines: [String] { StabilityWords(stability: found).lines }
}
