/// How images are dealt out to the splits.
public enum SplitMethod: String, CaseIterable, Codable, Hashable, Sendable {
  /// By a shuffle alone.
  case random
  /// By a shuffle of each class, so that every split has the classes in the same proportions.
  case stratified
  /// Group by group, so that no group is in two splits, the classes as even as that allows.
  case grouped
}
