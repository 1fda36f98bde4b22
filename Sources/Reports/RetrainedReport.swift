import Studies

/// What `autodistill stability --retrain` prints.
public struct RetrainedReport: FoundReport {
  public let found: RetrainedChoices

  public init(_ found: RetrainedChoices) { self.found = found }

  public var lines: [String] { RetrainedWords(retrained: found).lines }
}
