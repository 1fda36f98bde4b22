import Foundation

extension SearchStage {
  var auditPolicy: FlashAuditPolicy {
    FlashAuditPolicy(definition: inputs.definition, state: journal.state)
  }

  /// Trains the audited students, compares, and acts on what that says.
  ///
  /// - Parameter pool: The search's workers, none of which is busy.
  func audit(in pool: WorkerPool) throws {
    let trainings = FullTrainings(inputs: inputs, context: context, journal: journal)
    let trials = auditPolicy.trials
    let open = trainings.ordered(trials).filter {
      trainings.isOpen($0, repetition: 0, isBaseline: false)
    }
    if !open.isEmpty {
      let numbers = open.map(String.init).joined(separator: ", ")
      context.report(.note("flash audit: full training for trials \(numbers)"))
    }
    try trainings.run(
      open.map { task(.distill, $0) }, in: pool, detail: "audited students",
      record: trainings.record)
    if let fraction = auditPolicy.wantedFraction {
      let known = Set(journal.state.rescored.map(\.trial))
      let tasks = trainings.ordered(auditPolicy.comparedTrials).filter { !known.contains($0) }
        .map { task(.flash, $0, fraction: fraction) }
      try trainings.run(tasks, in: pool, detail: "audited students, scored again") {
        try rescore($0, fraction: fraction)
      }
    }
    let audited = auditPolicy.audited
    try journal.append(.audited(audited))
    context.report(.note(line(audited)))
  }

  /// The search's tasks have their trials' numbers; an audit's begin behind them.
  private func task(
    _ kind: WorkerTask.Kind, _ trial: Int, fraction: Double? = nil
  ) -> WorkerTask {
    let trials = journal.state.carriedCount + settings.trials
    var task = WorkerTask(
      id: trial + trials * (kind == .flash ? 2 : 1), kind: kind, trial: trial,
      key: journal.state.trials[trial].key, repetition: 0)
    task.fraction = fraction
    // The search goes on: the test split is for the final stage.
    if kind == .distill { task.leavesTest = true }
    return task
  }

  private func rescore(_ outcome: WorkerPool.Outcome, fraction: Double) throws {
    let result: JournalEvent.Rescored
    switch outcome {
    case .crashed(let task):
      result = JournalEvent.Rescored(
        trial: task.trialNumber, fraction: fraction, validation: nil, seconds: 0, steps: 0)
    case .replied(let task, let reply):
      result = JournalEvent.Rescored(
        trial: task.trialNumber, fraction: fraction, validation: reply.validation,
        seconds: reply.seconds ?? 0, steps: reply.steps ?? 0)
    }
    try journal.append(.rescored(result))
    let accuracy =
      result.validation.map { String(format: "accuracy %.2f %%", 100 * $0.accuracy) }
      ?? "no result"
    context.report(
      .note(
        String(
          format: "trial %d, flash at %.3g %% of the images: %@", result.trial, 100 * fraction,
          accuracy)))
  }

  private func line(_ audited: JournalEvent.Audited) -> String {
    guard let spearman = audited.spearman else {
      return "flash audit: too few students for a rank correlation"
    }
    let ranking = String(format: "flash audit: Spearman %.2f", spearman)
    switch audited.verdict {
    case .ranks, .undecided: return ranking
    case .kept, .incomparable: return ranking + ", too low; the flash fraction stays"
    case .raised:
      return ranking
        + String(
          format: ", too low; flash takes %.3g %% of the images from here on",
          100 * audited.fraction)
    }
  }
}
