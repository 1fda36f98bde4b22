/// One decision of a search space: a name and the values to choose from.
public struct Parameter: Hashable, Sendable {
  /// Whether the order of the values means something.
  public enum Scale: String, CaseIterable, Hashable, Sendable {
    /// The values are in order, so that neighbouring ones are alike.
    case ordinal
    /// The values are names.
    case categorical
  }

  /// One condition: another parameter is active and has one of some values.
  public struct Condition: Hashable, Sendable {
    /// The index of the other parameter, which stands earlier in the space.
    public let parameter: Int
    /// The indices, ascending, of the values of the other parameter that fulfil the condition.
    public let choices: [Int]
  }

  /// The name by which blueprint and results call the parameter.
  public let name: String
  /// The values to choose from, at least one, all different.
  public let values: [ParameterValue]
  /// Whether the order of the values means something.
  public let scale: Scale
  /// When the parameter has a meaning: all of these hold. Empty means always.
  public let conditions: [Condition]
  /// What the parameter belongs to in a description, such as `stage 1`; nil if nothing.
  public let group: String?
  /// What a description says for each of the values; empty text if nothing.
  public let words: [String]
}
