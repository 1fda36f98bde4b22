/// All kinds of losses that a recipe may name.
public enum LossTable {
  /// One line a kind. `Results/README.md` has them as a table, which a test compares.
  public static let rules: [any LossRule.Type] = [
    // response
    DivergenceRule.self, JensenShannonRule.self, LogitErrorRule.self, DecoupledRule.self,
    DistRule.self, RankRule.self, ConfidencePenaltyRule.self,
    // features
    HintRule.self, AttentionRule.self, SimilarityRule.self, DiscrepancyRule.self,
    SlicedWassersteinRule.self, AdversarialRule.self,
    // relations
    RelationalRule.self, CongruenceRule.self,
  ]
}

extension LossTable {
  /// The kinds as a table in Markdown, for `Results/README.md`.
  static var markdown: String {
    let rows = rules.map { rule in
      let fields = rule.keys.map { "`\($0)`" }.joined(separator: ", ")
      return "| `\(rule.kind)` | \(rule.reads.rawValue) | \(fields) | \(rule.summary) |"
    }
    return (["| `kind` | compares | fields | formula |", "|---|---|---|---|"] + rows)
      .joined(separator: "\n")
  }
}
