import DeviceMeasurement

/// How a study reports and how it is stopped.
public struct StudyContext: Sendable {
  /// The program's version, for the journal and the report.
  public var version: String
  /// The most tasks at once.
  public var workers: Int
  /// Makes what executes the tasks.
  package var executors: any ExecutorMaker
  /// Whether somebody else trains the students, so that a run says which trainings come next and stops there.
  var trainsElsewhere = false
  /// Threads for work that stands alone.
  public var threads: Int
  /// The machine that all this runs on.
  public var machine = HostMachine.current()
  public var report: @Sendable (StudyProgress) -> Void
  /// What the run may take.
  public var limits = RunLimits()
  /// What it has taken.
  public var meter = RunMeter()
  /// Whether the user wants to stop.
  public var isCancelled: @Sendable () -> Bool

  /// Has the study's tasks executed by processes of this machine.
  ///
  /// - Parameters:
  ///   - workerCommand: The command that starts a worker for this study.
  ///   - workerSettings: What these processes may take.
  public init(
    version: String, workerCommand: [String], workerSettings: WorkerSettings = WorkerSettings(),
    workers: Int, threads: Int,
    report: @escaping @Sendable (StudyProgress) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.version = version
    executors = StageExecutors { count in
      try LocalProcesses(
        workerCount: count, command: workerCommand, settings: workerSettings
      ) { report(.note($0)) }
    }
    (self.workers, self.threads) = (workers, threads)
    (self.report, self.isCancelled) = (report, isCancelled)
  }

  /// Throws `StudyError.interrupted` if the user wants to stop.
  package func checkCancelled() throws {
    if isCancelled() { throw StudyError.interrupted }
  }

  /// The limit that the run has reached; nil if there is none.
  ///
  /// - Parameter trials: The flash trials that the run has begun; nil where none comes next.
  func reachedLimit(trials: Int? = nil) -> RunLimit? {
    limits.reached(
      seconds: meter.seconds, processorSeconds: meter.processorSeconds, trials: trials)
  }

  /// Throws `StudyError.limitReached` if the run may begin nothing more.
  ///
  /// - Parameter trials: As for `reachedLimit`.
  func checkLimits(trials: Int? = nil) throws {
    if let limit = reachedLimit(trials: trials) { throw StudyError.limitReached(limit) }
  }
}
