import Studies

extension ReportInputs {
  /// What each constraint rejected of a random sample of the space.
  var constraintSection: ReportSection {
    guard let screened = state.screened else {
      return ReportSection(
        anchor: "constraints", title: "Constraints",
        blocks: [.paragraph("No sample of the space has been drawn yet.")])
    }
    let known = constraints.map { (text: $0.constraint.description, origin: $0.origin) }
    let others = screened.rejections.keys.filter { key in !known.contains { $0.text == key } }
    let rows = (known + others.sorted().map { (text: $0, origin: .study) }).map { entry in
      let rejected = screened.rejections[entry.text]
      return [
        entry.text, entry.origin.words,
        rejected.map(String.init) ?? "–",
        rejected.map { (Double($0) / Double(screened.drawn)).percent(1) } ?? "–",
        note(rejected, of: screened.drawn),
      ]
    }
    let sentence =
      "\(screened.feasible) of \(screened.drawn) architectures drawn at random meet every "
      + "constraint\(definition.budgets.isEmpty ? "" : " and a budget"). What is over budget is never "
      + "trained."
      + (hasPredictedBounds
        ? " A predicted cost keeps a bound where it does so with a probability of "
          + "\(definition.confidence.level.percent(1)) %." : "")
    guard !rows.isEmpty else {
      return ReportSection(
        anchor: "constraints", title: "Constraints",
        blocks: [.paragraph("There are none: every architecture may be trained.")])
    }
    let table = ReportTable(
      caption: "Random architectures that each constraint rejects",
      columns: [
        .init("constraint", .code), .init("set by"), .init("rejected", .number),
        .init("rejected (%)", .number), .init("note"),
      ], rows: rows)
    return ReportSection(
      anchor: "constraints", title: "Constraints", blocks: [.paragraph(sentence), .table(table)])
  }

  private func note(_ rejected: Int?, of drawn: Int) -> String {
    switch rejected {
    case nil: "not checked"
    case 0: "rejected nothing, so it binds nothing in this space"
    case drawn: "rejected everything"
    default: ""
    }
  }

  /// The trainings that ended without a result; nil if there are none.
  var failureSection: ReportSection? {
    func reason(_ isDiverged: Bool) -> String {
      isDiverged ? "diverged (the loss was no longer a number)" : "the worker died twice"
    }
    let flash = failedTrials.map { trial in
      [
        String(trial.number), "flash",
        reason(trial.result?.outcome == .diverged), words(trial.key), trial.key,
      ]
    }
    let full = failedTrainings.map { training in
      let key = state.trials.first { $0.number == training.trial }?.key ?? ""
      return [
        String(training.trial),
        "full, seed \(training.repetition)" + (training.isBaseline ? ", without the teacher" : ""),
        reason(training.outcome == .diverged), words(key), key,
      ]
    }
    guard !flash.isEmpty || !full.isEmpty else { return nil }
    return ReportSection(
      anchor: "failures", title: "Trainings that failed",
      blocks: [
        .table(
          ReportTable(
            caption: "Trainings without a result",
            columns: [
              .init("trial", .number), .init("training"), .init("what happened"),
              .init("architecture"), .init("key", .code),
            ], rows: flash + full))
      ])
  }
}

extension ReportInputs.ConstraintOrigin {
  /// Who it is, in a table.
  fileprivate var words: String {
    switch self {
    case .study: "the study"
    case .device: "the device's memory"
    case .budget: "a budget"
    }
  }
}
