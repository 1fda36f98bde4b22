import BayesianOptimization
import Distillation
import FileFormats
import Foundation

/// The last stage: the chosen students get the full training, with and without the teacher, and the
/// test split is looked at. The reference designs come last.
struct DistillationStage {
  let inputs: StudyInputs
  let context: StudyContext
  let journal: Journal
  /// Whether the teacher is shown the test split, too; a simulation has none.
  var hasTeacher = true

  /// Runs what is left of the full trainings.
  func run() throws {
    guard journal.state.trials.contains(where: { $0.flashAccuracy != nil }) else {
      throw StudyError.noResults(
        DistillationStage.noResults(
          journal.state, inputs.definition, path: inputs.folder.definition))
    }
    if hasTeacher { try testTeacher() }
    let selection = FinalistSelection(
      definition: inputs.definition, space: inputs.space,
      session: SearchSession(
        StudentPricing(inputs: inputs).problem(teacher: journal.state.teacher)))
    while true {
      try train(openTasks())
      let known = journal.state.finalists ?? []
      let chosen = try selection.nextRound(journal.state)
      if chosen.count == known.count { break }
      try journal.append(.selected(JournalEvent.Selected(trials: chosen)))
      let new = chosen.dropFirst(known.count).map(String.init).joined(separator: ", ")
      context.report(.note("full training for trials \(new)"))
    }
    noteUntested()
    try ReferenceStage(inputs: inputs, context: context, journal: journal).run()
  }

  private func train(_ tasks: [(purpose: FullTrainings.Purpose, task: StudentTask)]) throws {
    guard !tasks.isEmpty else { return }
    let executor = try context.executor(min(context.workers, tasks.count), inputs, journal)
    try TaskLoop(executor, context: context).run(
      tasks, detail: "full trainings", record: trainings.record)
  }

  /// Whether a student can be shown the test split: its weights are here, or somebody else has them and was
  /// asked.
  private func isTestable(_ trial: Int) -> Bool {
    let key = journal.state.trials[trial].key
    return context.trainsElsewhere || journal.state.isTestTold(key)
      || inputs.folder.keeps(key, in: inputs.definition.precision)
  }

  /// Says which students' test results only those can tell who have trained them.
  private func noteUntested() {
    let trials = journal.state.untestedTrials.filter { !isTestable($0) }
    guard !trials.isEmpty else { return }
    context.report(
      .note(
        "trained elsewhere, and not known on the test split: trials "
          + "\(trials.map(String.init).joined(separator: ", ")); autodistill ask asks for it"))
  }

  private var trainings: FullTrainings {
    FullTrainings(inputs: inputs, context: context, journal: journal)
  }

  private func testTeacher() throws {
    let stage = TeacherStage(inputs: inputs, context: context)
    let tested = try stage.tested(known: journal.state.teacher)
    try journal.keep(inputs.folder.teacherFiles(), in: inputs.folder, onlyNew: true)
    if let tested { try journal.append(.teacherTested(tested)) }
  }

  /// What has not ended: a student's trainings and its baselines side by side, and a look at the test
  /// split for those that the audit has trained.
  private func openTasks() -> [(purpose: FullTrainings.Purpose, task: StudentTask)] {
    let state = journal.state
    let finalists = inputs.definition.finalists
    let chosen = Set(state.allFinalists)
    let untested = Set(state.untestedTrials)
    let trainings = trainings
    var open: [FullTrainings.Purpose] = []
    for trial in trainings.ordered(state.fullTrials) {
      if state.trials[trial].broken != nil {
        // It is trained no further; what there was of it stays.
        if trainings.lacksWeights(trial) {
          open.append(.training(trial: trial, repetition: 0, isBaseline: false))
        }
        continue
      }
      for repetition in 0..<(chosen.contains(trial) ? finalists.seeds : 1) {
        if trainings.isOpen(trial, repetition: repetition, isBaseline: false) {
          open.append(.training(trial: trial, repetition: repetition, isBaseline: false))
        } else if repetition == 0 && untested.contains(trial) && isTestable(trial) {
          open.append(.test(trial: trial))
        }
        if chosen.contains(trial) && finalists.baseline
          && trainings.isOpen(trial, repetition: repetition, isBaseline: true)
        {
          open.append(.training(trial: trial, repetition: repetition, isBaseline: true))
        }
      }
    }
    return open.map { trainings.task(for: $0) }
  }
}
