/// All kinds of losses that a recipe may name.
public enum LossTable {
  /// One line a kind.
  public static let rules: [any LossRule.Type] = [
    // response
    // features
    HintRule.self
    // relations
  ]
}
