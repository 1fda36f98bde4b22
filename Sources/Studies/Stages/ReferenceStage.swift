import Foundation

/// After the finalists: the reference designs get the same full training, with the same seeds and without
/// a baseline.
///
/// So do the controls that a study with `attribution` asks for. Nothing that the search finds depends on any of them.
struct ReferenceStage {
  let inputs: StudyInputs
  let context: StudyContext
  let journal: Journal

  /// Chooses the designs, if that is not done, and runs what is left of their trainings.
  func run() throws {
    let hasDesigns =
      !inputs.space.references.isEmpty || !inputs.space.excludedReferences.isEmpty
    let trainsDesigns = inputs.definition.referenceChoice != .none && hasDesigns
    guard trainsDesigns || inputs.definition.attribution else { return }
    try choose()
    let tasks = openTasks()
    guard !tasks.isEmpty else { return }
    let executor = try context.executor(min(context.workers, tasks.count), inputs, journal)
    try TaskLoop(executor, context: context).run(
      tasks, detail: "reference designs", record: record)
  }

  private func choose() throws {
    let known = journal.state.references
    guard known == nil || known?.isProvisional == true else { return }
    var chosen = ReferenceSelection(inputs: inputs).chosen()
    chosen.designs += AttributionSelection(inputs: inputs)
      .controls(journal.state, besides: chosen.designs)
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
  private func openTasks() -> [(purpose: Purpose, task: StudentTask)] {
    let state = journal.state
    let designs = (state.references?.designs ?? []).sorted {
      (-$0.costs.macs, $0.key) < (-$1.costs.macs, $1.key)
    }
    return designs.flatMap { design in
      (0..<inputs.definition.finalists.seeds).filter { isOpen(design.key, $0, state) }.map {
        let work = StudentTask.Work.full(StudentTask.FullWork(repetition: $0))
        return (Purpose(design: design, repetition: $0), StudentTask(work, key: design.key))
      }
    }
  }

  /// A training of a design.
  private struct Purpose {
    let design: JournalEvent.ReferencesChosen.Design
    let repetition: Int
  }

  private func isOpen(_ key: String, _ repetition: Int, _ state: StudyState) -> Bool {
    if state.sharedTraining(ofReference: key, repetition: repetition) != nil { return false }
    guard let known = state.ownTraining(ofReference: key, repetition: repetition) else {
      return true
    }
    return repetition == 0 && known.outcome == .measured && !state.isTold(key)
      && !inputs.folder.keeps(key, in: inputs.definition.precision)
  }

  private func record(_ purpose: Purpose, _ outcome: TaskOutcome) throws {
    let (design, repetition) = (purpose.design, purpose.repetition)
    var result = JournalEvent.ReferenceTrained(
      name: design.name, key: design.key, repetition: repetition,
      outcome: JournalEvent.Distilled.Outcome(outcome), validation: outcome.result?.validation,
      test: outcome.result?.test, validationOutcome: outcome.result?.validationOutcome,
      testOutcome: outcome.result?.testOutcome, curve: outcome.result?.curve,
      quantization: outcome.result?.quantization,
      seconds: outcome.result?.seconds ?? 0, steps: outcome.result?.steps ?? 0,
      source: outcome.result?.source, note: outcome.note)
    (result.machine, result.chain) = (outcome.result?.machine, outcome.result?.chain)
    if repetition == 0 && result.outcome == .measured {
      try journal.keep(inputs.folder.studentFiles(of: design.key), in: inputs.folder)
    }
    // One that was done once more for its weights is known already.
    if journal.state.ownTraining(ofReference: design.key, repetition: repetition) == nil {
      try journal.append(.referenceTrained(result))
    }
    inputs.folder.removeCheckpoint(of: design.key, repetition: repetition, isBaseline: false)
    context.report(.trainingEnded(EndedTraining(result)))
    context.report(
      .note(
        "reference \(design.name), seed \(repetition): "
          + FullTrainings.ending(
            result.outcome, result.validation, result.source, note: result.note)))
  }
}
