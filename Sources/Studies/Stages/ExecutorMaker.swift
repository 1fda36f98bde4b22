import Foundation

/// Makes what executes a study's tasks, a new one for each stage.
package protocol ExecutorMaker: AnyObject, Sendable {
  /// - Parameters:
  ///   - capacity: The most tasks at once.
  ///   - inputs: The study, with the length of its flash trainings.
  ///   - processor: The one that the study was begun on.
  func executor(
    _ capacity: Int, _ inputs: StudyInputs, processor: String
  ) throws -> any TaskExecutor
  /// The run is over: whatever still executes anything is let go of.
  ///
  /// - Parameter isComplete: Whether everything that was asked for has been done.
  func close(isComplete: Bool)
}

/// Has each stage's tasks executed by an executor of its own.
final class StageExecutors: ExecutorMaker {
  private let make: @Sendable (_ capacity: Int) throws -> any TaskExecutor

  init(_ make: @escaping @Sendable (_ capacity: Int) throws -> any TaskExecutor) {
    self.make = make
  }

  func executor(
    _ capacity: Int, _ inputs: StudyInputs, processor: String
  ) throws -> any TaskExecutor { try make(capacity) }

  func close(isComplete: Bool) {}
}

/// Has the tasks of all stages executed by the same workers in jobs of a Slurm cluster.
final class SlurmExecutors: ExecutorMaker, @unchecked Sendable {  // Used by the run's thread.
  private let settings: SlurmSettings
  private let command: [String]
  private let tools: SlurmTools
  private let note: @Sendable (String) -> Void
  private var workers: RemoteWorkers?
  private var identity: String?
  private var folder: RemoteFolder?

  /// - Parameters:
  ///   - command: The command that starts a worker for this study, with absolute paths.
  ///   - note: Tells the user something.
  init(
    _ settings: SlurmSettings, command: [String], tools: SlurmTools = SlurmTools(),
    note: @escaping @Sendable (String) -> Void
  ) {
    (self.settings, self.command, self.tools, self.note) = (settings, command, tools, note)
  }

  func executor(
    _ capacity: Int, _ inputs: StudyInputs, processor: String
  ) throws -> any TaskExecutor {
    RemoteExecutor(
      try workers(inputs, processor: processor), capacity: capacity,
      flashFraction: inputs.definition.flash.fraction)
  }

  func close(isComplete: Bool) {
    workers = nil
    if isComplete { folder?.removeFiles() }
  }

  private func workers(_ inputs: StudyInputs, processor: String) throws -> RemoteWorkers {
    let identity = try inputs.workIdentity()
    if let workers, self.identity == identity { return workers }
    // Workers of another question would give results of another question.
    workers = nil
    let folder = RemoteFolder(inputs.folder)
    let patience = FileChannel.Patience(
      beatSeconds: min(15, settings.graceSeconds / 4), orphanSeconds: settings.orphanSeconds,
      graceSeconds: settings.graceSeconds)
    let command = command
    let scheduler = SlurmScheduler(
      settings, tools: tools, identity: identity,
      folder: URL(filePath: inputs.folder.path).resolvingSymlinksInPath().path
    ) { token in
      command
        + WorkerOrder.arguments(token: token, identity: identity, patience: patience)
    }
    let (study, precision) = (inputs.folder, inputs.definition.precision)
    let made = try RemoteWorkers(
      folder, scheduler,
      RemoteWorkers.Setting(
        identity: identity, processor: processor, graceSeconds: settings.graceSeconds,
        beatSeconds: patience.beatSeconds, note: note,
        isIntact: { task in
          guard case .full(let work) = task.work, !work.isBaseline, work.repetition == 0 else {
            return true
          }
          return study.keeps(task.key, in: precision)
        }))
    (workers, self.identity, self.folder) = (made, identity, folder)
    return made
  }
}
