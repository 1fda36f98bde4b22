import HardwareProfiles
import Statistics
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
        entry.text, entry.origin.words(for: entry.text),
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
      anchor: "constraints", title: "Constraints",
      blocks: [.paragraph(sentence)]
        + (admissionSentences.isEmpty ? [] : [.list(admissionSentences)]) + [.table(table)])
  }

  /// From this relative standard error on it is worth saying how predictions get better.
  private static let largeError = 0.1

  /// What upper bounds on predicted costs mean once the predictions' doubt is taken off: which predictions
  /// they admit, by the errors of the students that the study has priced.
  ///
  /// A prediction v with standard error s·v keeps a bound b at a confidence of z deviations where
  /// v ≤ b / (1 + z·s); s is the students' median.
  var admissionSentences: [String] {
    let confidence = definition.confidence
    let trials = state.trials.map(\.costs)
    let nearest = (state.nothingFeasible?.leastInfeasible ?? []).map(\.costs)
    let (costs, source) = trials.isEmpty ? (nearest, "nearest student") : (trials, "trial")
    var largest = 0.0
    var sentences = constraints.map(\.constraint).filter {
      $0.relation == .atMost && $0.metric.isPredicted
    }.compactMap { constraint -> String? in
      let errors = costs.compactMap { costs -> Double? in
        guard let cost = try? constraint.decisive(of: costs, at: confidence), cost.value > 0 else {
          return nil
        }
        return cost.standardError / cost.value
      }
      guard !errors.isEmpty else { return nil }
      let error = median(errors)
      guard error > 0 else { return nil }
      largest = max(largest, error)
      let metric = constraint.metric
      let admitted = constraint.bound / (1 + confidence.deviations * error)
      return "\(constraint) at \(confidence.level.percent(1)) % admits predictions up to about "
        + "\(metric.text(admitted)) \(metric.unit): their typical relative standard error is "
        + "\(error.percent(0)) % (the median of \(counted(errors.count, source)))."
    }
    if largest > ReportInputs.largeError {
      sentences.append(
        "A profile that is fitted to measurements of the device itself has smaller errors, and so the "
          + "same limits admit more: see autodistill profile suggest, profile measure and profile fit."
      )
    }
    return sentences
  }

  private func note(_ rejected: Int?, of drawn: Int) -> String {
    switch rejected {
    case nil: "not checked"
    case 0: "rejected nothing, so it binds nothing in this space"
    case drawn: "rejected everything"
    default: ""
    }
  }

  /// Of more flash trials that failed, only so many are listed.
  private static let mostFailures = 200

  /// The trainings that ended without a result; nil if there are none.
  var failureSection: ReportSection? {
    func reason(_ loss: TaskLoss?, _ note: String?) -> String {
      loss?.words(note: note) ?? "diverged (the loss was no longer a number)"
    }
    let failed = failedTrials
    let flash = failed.prefix(ReportInputs.mostFailures).map { trial in
      [
        String(trial.number), "flash",
        reason(trial.result?.outcome.loss, trial.result?.note), words(trial.key), trial.key,
      ]
    }
    let full = failedTrainings.map { training in
      let key = state.trials.first { $0.number == training.trial }?.key ?? ""
      return [
        String(training.trial),
        "full, seed \(training.repetition)" + (training.isBaseline ? ", without the teacher" : ""),
        reason(training.outcome.loss, training.note), words(key), key,
      ]
    }
    let references = failedReferenceTrainings.map { training in
      [
        "–", "full, seed \(training.repetition), reference design \(training.name)",
        reason(training.outcome.loss, training.note), words(training.key), training.key,
      ]
    }
    guard !flash.isEmpty || !full.isEmpty || !references.isEmpty else { return nil }
    return ReportSection(
      anchor: "failures", title: "Trainings that failed",
      blocks: [
        .table(
          ReportTable(
            caption: "Trainings without a result"
              + (flash.count < failed.count
                ? ": of flash trials the first \(flash.count) of \(failed.count)" : ""),
            columns: [
              .init("trial", .number), .init("training"), .init("what happened"),
              .init("architecture"), .init("key", .code),
            ], rows: flash + full + references))
      ])
  }
}

extension ReportInputs.ConstraintOrigin {
  /// Who sets a constraint, in a table.
  fileprivate func words(for constraint: String) -> String {
    switch self {
    case .study: "the study"
    case .device:
      constraint.hasPrefix(CostMetric.missingOperators.rawValue)
        ? "the device's runtime" : "the device's memory"
    case .budget: "a budget"
    }
  }
}
