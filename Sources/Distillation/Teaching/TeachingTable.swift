/// All ways of teaching that a recipe may name.
public enum TeachingTable {
  /// One line a kind.
  public static let rules: [any TeachingRule.Type] = [
    MovingAverageRule.self,
    MutualRule.self,
    AuxiliaryHeadsRule.self,
    BranchesRule.self,
  ]
}
