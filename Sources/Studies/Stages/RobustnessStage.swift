import Distillation

/// After all trainings and choices: the students are shown corrupted images of the test split.
///
/// Nothing that a study chooses depends on it. All students see the same images, changed in the same way.
struct RobustnessStage {
  let inputs: StudyInputs
  let context: StudyContext
  let journal: Journal

  /// Tests the students that have not been tested on as many images as the study asks for.
  func run() throws {
    guard let settings = inputs.definition.robustness else { return }
    let state = journal.state
    let open = FullTrainings(inputs: inputs, context: context, journal: journal)
      .ordered(state.openRobustness(images: settings.images)).filter(isKept)
    guard !open.isEmpty else { return }
    context.report(.stage("robustness"))
    let tasks = open.map { trial in
      let work = StudentTask.Work.robustness(images: settings.images)
      return (trial, StudentTask(work, key: state.trials[trial].key, trial: trial))
    }
    let executor = try context.executor(
      min(context.workers, tasks.count), inputs, processor: state.began?.machine)
    try TaskLoop(executor, context: context).run(
      tasks, detail: "students on corrupted images"
    ) { trial, outcome in
      try journal.append(
        .robustnessTested(
          JournalEvent.RobustnessTested(
            trial: trial, images: settings.images, results: outcome.result?.robustness,
            seconds: outcome.result?.seconds ?? 0)))
      if case .lost(let loss, let note) = outcome {
        context.report(.note("trial \(trial), corrupted images: \(loss.words(note: note))"))
      }
    }
  }

  /// Whether the student's weights are still there.
  private func isKept(_ trial: Int) -> Bool {
    inputs.folder.keeps(journal.state.trials[trial].key, in: inputs.definition.precision)
  }
}
