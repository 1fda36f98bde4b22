import Foundation

extension SearchStage {
  var auditPolicy: FlashAuditPolicy {
    FlashAuditPolicy(definition: inputs.definition, state: journal.state)
  }

  /// Trains the audited students, compares, and acts on what that says.
  ///
  /// - Parameter loop: With the search's executor, which is idle.
  func audit(_ loop: TaskLoop) throws {
    let trainings = FullTrainings(inputs: inputs, context: context, journal: journal)
    let open = trainings.ordered(auditPolicy.trials).filter {
      trainings.isOpen($0, repetition: 0, isBaseline: false)
    }
    if !open.isEmpty {
      let numbers = open.map(String.init).joined(separator: ", ")
      context.report(.note("flash audit: full training for trials \(numbers)"))
    }
    // The search continues: the test split is for the last stage.
    let tasks = open.map { trial in
      trainings.task(
        for: .training(trial: trial, repetition: 0, isBaseline: false), usesTest: false)
    }
    try loop.run(tasks, detail: "audited students", record: trainings.record)
    if let fraction = auditPolicy.wantedFraction {
      let known = Set(journal.state.rescored.map(\.trial))
      let tasks = trainings.ordered(auditPolicy.comparedTrials).filter { !known.contains($0) }
        .map { trial in
          let work = StudentTask.Work.flash(StudentTask.FlashWork(fraction: fraction))
          return (trial, StudentTask(work, key: journal.state.trials[trial].key, trial: trial))
        }
      try loop.run(tasks, detail: "audited students, scored again") {
        try rescore(trial: $0, $1.result, fraction: fraction)
      }
    }
    let audited = auditPolicy.audited
    try journal.append(.audited(audited))
    context.report(.note(line(audited)))
  }

  private func rescore(trial: Int, _ ended: TaskResult?, fraction: Double) throws {
    let result = JournalEvent.Rescored(
      trial: trial, fraction: fraction, validation: ended?.validation,
      seconds: ended?.seconds ?? 0, steps: ended?.steps ?? 0)
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
