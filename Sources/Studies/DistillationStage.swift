import Distillation
import FileFormats
import Foundation

/// The last stage: the chosen students get the full training, with and without the teacher, and the
/// test split is looked at.
struct DistillationStage {
  let inputs: StudyInputs
  let context: StudyContext
  let journal: Journal

  /// Runs what is left of the full trainings.
  func run() throws {
    guard journal.state.trials.contains(where: { $0.flashAccuracy != nil }) else {
      throw StudyError.noResults(
        "none of the \(journal.state.trials.count) flash trials gave a result (diverged or crashed); "
          + "try a lower full.learning_rate in a copy of \(inputs.folder.definition)")
    }
    try testTeacher()
    let selection = FinalistSelection(
      definition: inputs.definition, space: inputs.space,
      problem: StudentPricing(inputs: inputs).problem())
    while true {
      try train(openTasks())
      let known = journal.state.finalists ?? []
      let chosen = try selection.nextRound(journal.state)
      if chosen.count == known.count { break }
      try journal.append(.selected(JournalEvent.Selected(trials: chosen)))
      let new = chosen.dropFirst(known.count).map(String.init).joined(separator: ", ")
      context.report(.note("full training for trials \(new)"))
    }
  }

  private func train(_ tasks: [WorkerTask]) throws {
    guard !tasks.isEmpty else { return }
    let pool = try WorkerPool(
      workerCount: min(context.workers, tasks.count), command: context.workerCommand)
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
          .advance(
            done: Double(done) + partial, total: tasks.count, detail: "full trainings"))
      }
      try record(outcome)
      done += 1
    }
  }

  private func testTeacher() throws {
    guard journal.state.teacher?.test == nil else { return }
    let model = try TrainedModel(
      inputs.teacherNetwork, contentsOf: inputs.folder.teacherWeights)
    let test = model.evaluate(on: .test, reader: inputs.reader, threads: context.threads)
    try journal.append(.teacherTested(JournalEvent.TeacherTested(test: test)))
  }

  /// The trainings that have not ended, distilled ones and their baselines side by side. The costliest
  /// come first, so that no worker is left alone with a long one at the end.
  private func openTasks() -> [WorkerTask] {
    let state = journal.state
    let finalists = inputs.definition.finalists
    let trials = (state.finalists ?? []).sorted {
      (-state.trials[$0].costs.macs, $0) < (-state.trials[$1].costs.macs, $1)
    }
    var tasks: [WorkerTask] = []
    for trial in trials {
      for repetition in 0..<finalists.seeds {
        for kind in [WorkerTask.Kind.distill, .baseline] {
          let isBaseline = kind == .baseline
          if isBaseline && !finalists.baseline { continue }
          let known = state.distillation(
            of: trial, repetition: repetition, isBaseline: isBaseline)
          if known != nil && !isMissingWeights(known, key: state.trials[trial].key) { continue }
          tasks.append(
            WorkerTask(
              id: tasks.count, kind: kind, trial: trial, key: state.trials[trial].key,
              repetition: repetition))
        }
      }
    }
    return tasks
  }

  /// Whether a student was trained, but its weights have been deleted since.
  private func isMissingWeights(_ known: JournalEvent.Distilled?, key: String) -> Bool {
    guard let known, !known.isBaseline, known.repetition == 0, known.outcome == .measured else {
      return false
    }
    return !FileManager.default.fileExists(atPath: inputs.folder.weights(of: key))
  }

  private func record(_ outcome: WorkerPool.Outcome) throws {
    let result: JournalEvent.Distilled
    switch outcome {
    case .crashed(let task):
      result = JournalEvent.Distilled(
        trial: task.trial, repetition: task.repetition, isBaseline: task.kind == .baseline,
        outcome: .crashed, validation: nil, test: nil, seconds: 0, steps: 0)
    case .replied(let task, let reply):
      result = JournalEvent.Distilled(
        trial: task.trial, repetition: task.repetition, isBaseline: task.kind == .baseline,
        outcome: reply.status == .measured ? .measured : .diverged,
        validation: reply.validation, test: reply.test, seconds: reply.seconds ?? 0,
        steps: reply.steps ?? 0)
    }
    if journal.state.distillation(
      of: result.trial, repetition: result.repetition, isBaseline: result.isBaseline) == nil
    {
      try journal.append(.distilled(result))
    }
    // Only now is the checkpoint of no more use: until the line above, a kill may need it.
    try? FileManager.default.removeItem(
      atPath: inputs.folder.checkpoint(
        of: journal.state.trials[result.trial].key, repetition: result.repetition,
        isBaseline: result.isBaseline))
    let name = result.isBaseline ? "without teacher" : "distilled"
    let accuracy =
      result.validation.map {
        String(format: "validation accuracy %.2f %%", 100 * $0.accuracy)
      } ?? result.outcome.rawValue
    context.report(
      .note("trial \(result.trial), \(name), seed \(result.repetition): \(accuracy)"))
  }
}
