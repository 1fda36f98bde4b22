/// The three parts of a data set.
public enum DatasetSplit: String, CaseIterable, Codable, Hashable, Sendable {
  /// What weights are fitted to.
  case training
  /// What a search compares students on.
  case validation
  /// What is looked at once, at the end.
  case test
}
