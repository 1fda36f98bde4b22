import HardwareProfiles
import Studies

extension ReportInputs {
  /// From this many trials on the table is folded.
  private static let mostUnfolded = 50

  /// Every flash trial, the most promising first; nil before the first.
  var trialSection: ReportSection? {
    let rows = trials.shown
    guard !rows.isEmpty else { return nil }
    let table = trialTable(rows)
    let summary =
      (trials.isSelection ? "\(rows.count) of " : "All ")
      + "\(counted(trials.rows.count, "flash trial")), the most promising first"
    return ReportSection(
      anchor: "trials", title: "All trials",
      blocks: (selectionSentence.map { [.paragraph($0)] } ?? []) + [
        .paragraph(
          "Projected is the accuracy to expect of the full training, ± one standard deviation: what the "
            + "flash training came to, carried over by the student's MACs and depth and corrected by the "
            + "study's own full results. Finalists are chosen by it. A key names one value for each "
            + "decision, in the order of the decisions below."),
        .part(
          ReportPart(
            anchor: "trials-all", title: summary, blocks: [.table(table)],
            isFolded: rows.count > ReportInputs.mostUnfolded, isFoldedInMarkdown: true)),
      ])
  }

  private func trialTable(_ rows: [TrialTable.Row]) -> ReportTable {
    let metrics = shownMetrics
    let sorted = rows.sorted {
      ($1.projected?.accuracy ?? -1, $0.trial) < ($0.projected?.accuracy ?? -1, $1.trial)
    }
    return ReportTable(
      caption: "Flash trials by projected accuracy",
      columns: [
        .init("trial", .number), .init("what became of it"), .init("flash (%)", .number),
        .init("flash length (%)", .number), .init("projected (%)", .number),
      ] + metrics.map { .init($0.heading, .number) } + [.init("key", .code)],
      rows: sorted.map { row in
        [
          String(row.trial), words(row), row.flashAccuracy?.percent(2) ?? "–",
          row.flashFraction.percent(1),
          row.projected.map {
            "\($0.accuracy.percent(2)) ± \($0.standardError.percent(2))"
          } ?? "–",
        ] + metrics.map { $0.text(try? row.costs.largest($0)) } + [row.key]
      }, trials: sorted.map(\.trial), markdownRows: 20)
  }

  private func words(_ row: TrialTable.Row) -> String {
    switch row.outcome {
    case .measured where row.isOnFront: "fully trained, on the front"
    case .measured where row.isTrainedFully: "fully trained"
    case .measured: "flash only"
    case .diverged: "diverged"
    case .crashed: TaskLoss.crashed.words
    case .outOfMemory: TaskLoss.outOfMemory.words
    case .timedOut: TaskLoss.timedOut.words
    case .failed: TaskLoss.failed.words
    case .stopped: "stopped at a rung"
    case .open: "not ended"
    }
  }
}
