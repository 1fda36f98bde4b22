import BayesianOptimization
import Studies

extension ReportInputs {
  /// How well flash training ranked what full training found, in numbers and in honest words.
  var auditSection: ReportSection? {
    guard let audit = results.audit else { return nil }
    func text(_ correlation: RankCorrelation?) -> String {
      correlation.map { "\($0.value.signed) (95 % bootstrap interval \($0.interval.signed))" }
        ?? "not defined"
    }
    let facts = [
      ReportFact("Students with both accuracies (n)", String(audit.count)),
      ReportFact("Spearman's ρ, flash against full", text(audit.spearman)),
      ReportFact("Kendall's τ-b, flash against full", text(audit.kendall)),
      ReportFact(
        "Spearman's ρ, MACs alone against full",
        audit.spearmanOfMACs.map(\.signed) ?? "not defined"),
      ReportFact(
        "Regret of choosing by flash alone",
        "\(audit.regret.percent(2)) points of validation accuracy"),
    ]
    return ReportSection(
      anchor: "audit", title: "Flash audit: can the short training be trusted?",
      blocks: [.auditChart, .facts(facts), .list(audit.sentences)])
  }
}

extension FlashAudit {
  /// What the numbers allow to say, and what they do not.
  var sentences: [String] {
    var sentences = [correlationSentence]
    guard count > 1 else { return sentences }
    if let comparison = comparisonWithMACs { sentences.append(comparison) }
    sentences.append(
      regret > 0
        ? "Flash did not rank first the student that full training found best."
        : "Flash ranked first the student that full training found best.")
    sentences.append(
      "Only students that flash had chosen are compared, which narrows the range and makes any "
        + "ranking harder than over the whole search.")
    return sentences
  }

  private var correlationSentence: String {
    switch count {
    case 1: return "With one student there is no ranking to judge."
    case 2:
      return "With n = 2 no correlation can be claimed: any two students are ranked right or wrong."
    case 3, 4:
      // A perfect order, or its reverse, is 2 of n! equally likely ones.
      let chance = 2 / (1...count).reduce(1.0) { $0 * Double($1) }
      return "With n = \(count) no correlation can be claimed: an order at least as extreme as a "
        + "perfect one comes about by chance with probability \(chance.fixed(2))."
    default: break
    }
    guard let spearman else {
      return "All flash or all full accuracies are equal, so there is no ranking to compare."
    }
    let caution = count < 10 ? " Bootstrap intervals from so few students are too narrow." : ""
    if spearman.interval.lowerBound > 0 {
      return "Flash ranked the students better than chance: the interval of ρ lies above 0."
        + caution
    }
    if spearman.interval.upperBound < 0 {
      return "Flash ranked the students the wrong way round: the interval of ρ lies below 0."
        + caution
    }
    return "The interval of ρ contains 0: from \(count) students, flash's ranking cannot be told "
      + "from chance."
  }

  private var comparisonWithMACs: String? {
    guard let spearman, let spearmanOfMACs else { return nil }
    let difference = spearman.value - spearmanOfMACs
    let few = count < 10 ? " With n = \(count) that difference, too, may be chance." : ""
    if difference > 0.005 {
      return "Flash ranked better here than MACs, which need no training." + few
    }
    if difference < -0.005 {
      return "MACs, which need no training, ranked better here than flash." + few
    }
    return "MACs, which need no training, ranked as well here as flash."
  }
}
