import Foundation

/// Full trainings by a pool of workers: their order, and what becomes of them in the journal.
struct FullTrainings {
  let inputs: StudyInputs
  let context: StudyContext
  let journal: Journal

  /// Runs tasks, the first one first, and waits for all of them.
  ///
  /// - Parameters:
  ///   - pool: Workers of which none is busy.
  ///   - detail: What the tasks are, for the user.
  ///   - record: Called with every outcome.
  func run(
    _ tasks: [WorkerTask], in pool: WorkerPool, detail: String,
    record: (WorkerPool.Outcome) throws -> Void
  ) throws {
    var waiting = tasks[...]
    var done = 0
    while true {
      try context.checkCancelled()
      while pool.idleCount > 0, let task = waiting.popFirst() { pool.submit(task) }
      if pool.isIdle { break }
      let outcome = try pool.wait {
        try context.checkCancelled()
        let partial = pool.running.reduce(0) { $0 + $1.share }
        context.report(
          .advance(done: Double(done) + partial, total: tasks.count, detail: detail))
      }
      try record(outcome)
      done += 1
    }
  }

  /// Returns trials with the costliest first, so that no worker is left alone with a long one at the end.
  func ordered(_ trials: [Int]) -> [Int] {
    let state = journal.state
    return trials.sorted {
      (-state.trials[$0].costs.macs, $0) < (-state.trials[$1].costs.macs, $1)
    }
  }

  /// Whether a full training is still to be done, or its weights have been deleted since.
  func isOpen(_ trial: Int, repetition: Int, isBaseline: Bool) -> Bool {
    guard
      let known = journal.state.distillation(
        of: trial, repetition: repetition, isBaseline: isBaseline)
    else { return true }
    guard !isBaseline, repetition == 0, known.outcome == .measured else { return false }
    return !FileManager.default.fileExists(
      atPath: inputs.folder.weights(of: journal.state.trials[trial].key))
  }

  /// Records what a full training or a look at the test split came to.
  func record(_ outcome: WorkerPool.Outcome) throws {
    let (task, reply): (WorkerTask, WorkerReply?)
    switch outcome {
    case .crashed(let crashed): (task, reply) = (crashed, nil)
    case .replied(let asked, let answer): (task, reply) = (asked, answer)
    }
    if task.kind == .test {
      try journal.append(.tested(JournalEvent.Tested(trial: task.trialNumber, test: reply?.test)))
    } else {
      try recordTraining(task, reply)
    }
  }

  /// Records a full training; `reply` is nil if the worker died twice.
  private func recordTraining(_ task: WorkerTask, _ reply: WorkerReply?) throws {
    let isBaseline = task.kind == .baseline
    let result = JournalEvent.Distilled(
      trial: task.trialNumber, repetition: task.repetition, isBaseline: isBaseline,
      outcome: reply.map { $0.status == .measured ? .measured : .diverged } ?? .crashed,
      validation: reply?.validation, test: reply?.test, seconds: reply?.seconds ?? 0,
      steps: reply?.steps ?? 0)
    let known = journal.state.distillation(
      of: result.trial, repetition: result.repetition, isBaseline: isBaseline)
    if known == nil {
      try journal.append(.distilled(result))
    } else if !isBaseline, task.repetition == 0,
      journal.state.untestedTrials.contains(task.trialNumber)
    {
      // Done once more for its weights, and this time with the test split.
      try journal.append(.tested(JournalEvent.Tested(trial: task.trialNumber, test: reply?.test)))
    }
    // Only now is the checkpoint of no more use: until the line above, a kill may need it.
    try? FileManager.default.removeItem(
      atPath: inputs.folder.checkpoint(
        of: journal.state.trials[result.trial].key, repetition: result.repetition,
        isBaseline: isBaseline))
    let name = isBaseline ? "without teacher" : "distilled"
    let accuracy =
      result.validation.map {
        String(format: "validation accuracy %.2f %%", 100 * $0.accuracy)
      } ?? result.outcome.rawValue
    context.report(
      .note("trial \(result.trial), \(name), seed \(result.repetition): \(accuracy)"))
  }
}
