import Statistics
import Studies

extension ReportInputs {
  /// How well flash training ranked what full training found, in numbers and in honest words.
  var auditSection: ReportSection? {
    var blocks: [ReportBlock] = []
    if let audit = results.audit {
      blocks += [.auditChart, .facts(facts(of: audit)), .table(table(of: audit))]
    }
    if !auditSentences.isEmpty { blocks.append(.list(auditSentences)) }
    guard results.audit != nil || state.audited != nil else { return nil }
    return ReportSection(
      anchor: "audit", title: "Flash audit: can the short training be trusted?", blocks: blocks)
  }

  /// What the numbers allow to say, and what the study did about it.
  var auditSentences: [String] { (results.audit?.sentences ?? []) + controllerSentences }

  private func facts(of audit: FlashAudit) -> [ReportFact] {
    let onlyAudited = results.students.count { $0.role == .audited }
    var facts = [
      ReportFact(
        "Students with both accuracies (n)",
        "\(audit.count)"
          + (onlyAudited > 0 ? ", \(onlyAudited) of them for this audit alone" : ""))
    ]
    if audit.stratifiedCount > 0 {
      facts.append(
        ReportFact(
          "Spearman's ρ over the \(counted(audit.stratifiedCount, "student")) spread over the flash "
            + "ranks",
          "flash \(text(audit.stratifiedFlash, of: audit.stratifiedCount)); "
            + "MACs \(text(audit.stratifiedMACs, of: audit.stratifiedCount))"))
    }
    return facts
  }

  private func table(of audit: FlashAudit) -> ReportTable {
    func text(_ recall: BootstrapEstimate?) -> String {
      recall.map {
        "\($0.value.percent(0)) % (\($0.interval.lowerBound.percent(0))–"
          + "\($0.interval.upperBound.percent(0)))"
      } ?? "not defined"
    }
    func points(_ regret: BootstrapEstimate) -> String {
      "\(regret.value.percent(2)) (\(regret.interval.lowerBound.percent(2))–"
        + "\(regret.interval.upperBound.percent(2)))"
    }
    func row(_ name: String, _ text: (FlashRanking) -> String) -> [String] {
      [name, text(audit.flash), text(audit.rawFlash), text(audit.macs)]
    }
    return ReportTable(
      caption: "Rankings against full validation accuracy, with 95 % bootstrap intervals",
      columns: [
        .init("measure"), .init("by flash, projected", .number),
        .init("by flash accuracy alone", .number), .init("by MACs alone", .number),
      ],
      rows: [
        row("Spearman's ρ") { self.text($0.spearman, of: audit.count) },
        row("Kendall's τ-b") { self.text($0.kendall, of: audit.count) },
        row("the best \(audit.flash.topCount) found among the first \(audit.flash.topCount)") {
          text($0.topRecall)
        },
        row("regret of taking the first (points)") { points($0.regretOfFirst) },
        row("regret of the best of the first three (points)") { points($0.regretOfThree) },
      ])
  }

  /// A correlation of so few students is often perfect in every resample, so that its interval would say too much.
  private func text(_ correlation: RankCorrelation?, of count: Int) -> String {
    guard let correlation else { return "not defined" }
    return correlation.value.signed
      + (count < FlashAudit.fewestForInterval
        ? " (too few for an interval)" : " (\(correlation.interval.signed))")
  }
}

extension FlashAudit {
  /// From how many students on a correlation is claimed.
  fileprivate static let fewestForInterval = 5

  private var spearman: RankCorrelation? { flash.spearman }

  /// What the numbers allow to say, and what they do not.
  var sentences: [String] {
    var sentences = [correlationSentence]
    guard count > 1 else { return sentences }
    if let comparison = comparisonWithMACs { sentences.append(comparison) }
    sentences.append(
      flash.regretOfFirst.value > 0
        ? "Flash did not rank first the student that full training found best."
        : "Flash ranked first the student that full training found best.")
    sentences.append(sampleSentence)
    return sentences
  }

  private var sampleSentence: String {
    guard stratifiedCount > 0 else {
      return
        "Only students that flash had chosen are compared, which narrows the range and makes any "
        + "ranking harder than over the whole search."
    }
    let sentence =
      "Finalists are chosen for their flash accuracies, so all \(count) together are no sample of the "
      + "search; those spread over the flash ranks are one, "
    guard let stratifiedFlash else { return sentence + "but too few to be judged alone." }
    return sentence
      + "with ρ = \(stratifiedFlash.value.signed) among \(stratifiedCount)"
      + (stratifiedCount < FlashAudit.fewestForInterval ? ", too few to claim anything." : ".")
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
    guard let spearman, let macs = macs.spearman else { return nil }
    let difference = spearman.value - macs.value
    let few =
      spearman.interval.overlaps(macs.interval)
      ? " With n = \(count) that may be chance: the intervals of both overlap." : ""
    if difference > 0.005 {
      return "Flash ranked better here than MACs, which need no training." + few
    }
    if difference < -0.005 {
      return "MACs, which need no training, ranked better here than flash." + few
    }
    return "MACs, which need no training, ranked as well here as flash."
  }
}
