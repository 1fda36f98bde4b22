import Foundation

extension StudyContext {
  /// Returns what executes a study's trainings: what is known of them is not done again.
  ///
  /// - Parameters:
  ///   - capacity: The most tasks at once.
  ///   - inputs: The study, with the length of its flash trainings.
  func executor(
    _ capacity: Int, _ inputs: StudyInputs, _ journal: Journal
  ) throws -> any TaskExecutor {
    let executor: any TaskExecutor =
      trainsElsewhere
      ? AskingExecutor(capacity: capacity)
      : try executor(capacity, inputs, processor: journal.state.began?.machine)
    let known = KnownTrainings(
      journal.state, in: inputs.folder, flashFraction: inputs.definition.flash.fraction,
      precision: inputs.definition.precision)
    return known.isEmpty ? executor : AnsweringExecutor(executor, knowing: known)
  }

  /// Returns what executes tasks of a study, whatever is known of them.
  ///
  /// - Parameter processor: The one that the study was begun on; nil: this machine's.
  package func executor(
    _ capacity: Int, _ inputs: StudyInputs, processor: String? = nil
  ) throws -> any TaskExecutor {
    try executors.executor(capacity, inputs, processor: processor ?? machine.processor)
  }

  /// Has tasks executed as `settings` say.
  ///
  /// - Parameters:
  ///   - workerCommand: The command that starts a worker for this study, with absolute paths.
  ///   - workerSettings: What a worker's processes may take.
  public mutating func execute(
    as settings: ExecutorSettings, workerCommand: [String],
    workerSettings: WorkerSettings = WorkerSettings(), in folder: StudyFolder
  ) {
    let report = report
    let note: @Sendable (String) -> Void = { report(.note($0)) }
    switch settings.kind {
    case .local: break
    case .slurm:
      executors = SlurmExecutors(
        settings.slurm ?? SlurmSettings(), command: workerCommand, note: note)
    case .command:
      guard let command = settings.command else { return }
      let commands = WorkerCommands(
        command, study: URL(filePath: folder.path).resolvingSymlinksInPath().path)
      executors = StageExecutors { count in
        try LocalProcesses(
          workerCount: count, commands: commands, settings: workerSettings, note: note)
      }
    }
  }
}
