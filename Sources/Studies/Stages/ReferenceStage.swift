import Foundation

/// After the finalists: the reference designs get the same full training, with the same seeds and without
/// a baseline.
///
/// Nothing that the search finds depends on them.
struct ReferenceStage {
  let inputs: StudyInputs
  let context: StudyContext
  let journal: Journal

  /// Chooses the designs, if that is not done, and runs what is left of their trainings.
  func run() throws {
    guard inputs.definition.referenceChoice != .none, !inputs.space.references.isEmpty else {
      return
    }
    try choose()
    let tasks = openTasks()
    guard !tasks.isEmpty else { return }
    let trainings = FullTrainings(inputs: inputs, context: context, journal: journal)
    let pool = try WorkerPool(
      workerCount: min(context.workers, tasks.count), command: context.workerCommand)
    try trainings.run(tasks, in: pool, detail: "reference designs", record: record)
  }

  private func choose() throws {
    guard journal.state.references == nil else { return }
    let chosen = ReferenceSelection(inputs: inputs).chosen()
    try journal.append(.referencesChosen(chosen))
    let names = chosen.designs.map(\.name).joined(separator: ", ")
    context.report(
      .note(names.isEmpty ? "no reference design to train" : "reference designs: \(names)"))
    for refused in chosen.refused {
      context.report(.note("reference \(refused.name) is not trained: \(refused.reason)"))
    }
  }

  /// The trainings that have not ended, or whose weights have been deleted since; the costliest first.
  ///
  /// What the search has trained fully is not trained again.
  private func openTasks() -> [WorkerTask] {
    let state = journal.state
    let designs = (state.references?.designs ?? []).sorted {
      (-$0.costs.macs, $0.key) < (-$1.costs.macs, $1.key)
    }
    var tasks: [WorkerTask] = []
    for design in designs {
      for repetition in 0..<inputs.definition.finalists.seeds
      where isOpen(design.key, repetition, state) {
        tasks.append(
          WorkerTask(
            id: tasks.count, kind: .distill, trial: nil, key: design.key, repetition: repetition))
      }
    }
    return tasks
  }

  private func isOpen(_ key: String, _ repetition: Int, _ state: StudyState) -> Bool {
    if state.sharedTraining(ofReference: key, repetition: repetition) != nil { return false }
    guard let known = state.ownTraining(ofReference: key, repetition: repetition) else {
      return true
    }
    return repetition == 0 && known.outcome == .measured
      && !FileManager.default.fileExists(atPath: inputs.folder.weights(of: key))
  }

  private func record(_ outcome: WorkerPool.Outcome) throws {
    let (task, reply): (WorkerTask, WorkerReply?)
    switch outcome {
    case .crashed(let crashed): (task, reply) = (crashed, nil)
    case .replied(let asked, let answer): (task, reply) = (asked, answer)
    }
    guard let design = journal.state.references?.designs.first(where: { $0.key == task.key }) else {
      preconditionFailure("a reference design was trained that was not chosen: \(task.key)")
    }
    let result = JournalEvent.ReferenceTrained(
      name: design.name, key: design.key, repetition: task.repetition,
      outcome: reply.map { $0.status == .measured ? .measured : .diverged } ?? .crashed,
      validation: reply?.validation, test: reply?.test, seconds: reply?.seconds ?? 0,
      steps: reply?.steps ?? 0)
    // One that was done once more for its weights is known already.
    if journal.state.ownTraining(ofReference: task.key, repetition: task.repetition) == nil {
      try journal.append(.referenceTrained(result))
    }
    // Only now is the checkpoint of no more use: until the line above, a kill may need it.
    try? FileManager.default.removeItem(
      atPath: inputs.folder.checkpoint(
        of: task.key, repetition: task.repetition, isBaseline: false))
    let accuracy =
      result.validation.map {
        String(format: "validation accuracy %.2f %%", 100 * $0.accuracy)
      } ?? result.outcome.rawValue
    context.report(.note("reference \(design.name), seed \(task.repetition): \(accuracy)"))
  }
}
