import FileFormats
import Statistics
import Studies

extension JSONReport {
  /// The flash audit; null while no student has both accuracies and the study has judged none.
  var audit: JSONText {
    let audit = inputs.results.audit
    guard audit != nil || inputs.state.audited != nil else { return .null }
    return .object([
      ("n", JSONText(audit?.count ?? 0)),
      ("flash", ranking(audit?.flash)),
      ("flash_accuracy", ranking(audit?.rawFlash)),
      ("macs", ranking(audit?.macs)),
      (
        "stratified",
        .object([
          ("n", JSONText(audit?.stratifiedCount ?? 0)),
          ("spearman", correlation(audit?.stratifiedFlash)),
          ("spearman_of_macs", correlation(audit?.stratifiedMACs)),
        ])
      ),
      ("controller", controller),
      ("in_words", .array(inputs.auditSentences.map(JSONText.text))),
    ])
  }

  private func ranking(_ ranking: FlashRanking?) -> JSONText {
    guard let ranking else { return .null }
    return .object([
      ("spearman", correlation(ranking.spearman)),
      ("kendall_tau_b", correlation(ranking.kendall)),
      ("top", JSONText(ranking.topCount)),
      ("top_recall", estimate(ranking.topRecall)),
      ("regret_of_first", estimate(ranking.regretOfFirst)),
      ("regret_of_three", estimate(ranking.regretOfThree)),
    ])
  }

  /// What the study's own audit said when it acted.
  private var controller: JSONText {
    guard let audited = inputs.state.audited else { return .null }
    return .object([
      ("trials", .array(audited.trials.map { JSONText($0) })),
      ("spearman", JSONText(audited.spearman, decimals: 4)),
      ("spearman_of_macs", JSONText(audited.macsSpearman, decimals: 4)),
      ("verdict", .text(audited.verdict.rawValue)),
      ("fraction", JSONText(audited.fraction, decimals: 5)),
    ])
  }

  private func correlation(_ correlation: RankCorrelation?) -> JSONText {
    interval(correlation.map { ($0.value, $0.interval) })
  }

  private func estimate(_ estimate: BootstrapEstimate?) -> JSONText {
    interval(estimate.map { ($0.value, $0.interval) })
  }

  private func interval(_ estimate: (value: Double, interval: ClosedRange<Double>)?) -> JSONText {
    guard let estimate else { return .null }
    return .object([
      ("value", JSONText(estimate.value, decimals: 4)),
      ("low", JSONText(estimate.interval.lowerBound, decimals: 4)),
      ("high", JSONText(estimate.interval.upperBound, decimals: 4)),
    ])
  }
}
