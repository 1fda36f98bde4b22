import Studies

extension ReportInputs {
  /// How the search got on: the hypervolume over its trials and over processor time; nil while there is
  /// none.
  var progressSection: ReportSection? {
    guard let trace = HypervolumeTrace(self) else { return nil }
    let shares = trace.shares.map { 100 * $0 }
    let isLong = (trace.seconds.last ?? 0) > 7200
    let unit = isLong ? 3600.0 : 1
    let trials = ProgressChart(
      name: "progress-trials", title: "Hypervolume against trials",
      horizontalTitle: "flash trials",
      points: shares.enumerated().map { (Double($0.offset + 1), $0.element) })
    let time = ProgressChart(
      name: "progress-time", title: "Hypervolume against processor time",
      horizontalTitle:
        "processor time of flash trials (\(isLong ? "hours" : "seconds"), one thread)",
      points: zip(trace.seconds, shares).map { ($0.0 / unit, $0.1) })
    let objective = definition.objectives[0]
    let end =
      "\(objective.text(trace.limit)) \(objective.unit)"
      + (trace.isLinear ? ", its largest bound" : ", somewhat beyond the costliest trial")
    return ReportSection(
      anchor: "search", title: "How the search got on",
      blocks: [
        .drawing(trials.drawing()),
        .drawing(time.drawing()),
        .facts(facts(of: trace)),
        .paragraph(
          "The hypervolume is that of the projected accuracies above \(trace.floor.percentage) (the 10th "
            + "percentile of all) and of \(objective.title) up to \(end), on a "
            + (trace.isLinear ? "linear" : "logarithmic")
            + " axis, as a share of what the last trial left. Trials count in the order of their "
            + "numbers, with the processor time of one thread each."),
      ])
  }

  private func facts(of trace: HypervolumeTrace) -> [ReportFact] {
    [0.5, 0.9, 0.99].compactMap { share in
      trace.shares.firstIndex { $0 >= share }.map { index in
        ReportFact(
          "\(share.percent(0)) % of the final hypervolume",
          "after \(counted(index + 1, "trial")), \(trace.seconds[index].duration) of processor time"
        )
      }
    }
  }
}
