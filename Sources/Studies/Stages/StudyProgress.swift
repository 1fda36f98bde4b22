import HardwareProfiles

/// What a running study tells its user.
public enum StudyProgress: Hashable, Sendable {
  /// A stage begins.
  case stage(String)
  /// Something happened that is worth a line.
  case note(String)
  /// How far the current stage is: `done` of `total`, and what is going on.
  case advance(done: Double, total: Int, detail: String)
}

/// How a study reports and how it is stopped.
public struct StudyContext: Sendable {
  /// The program's version, for the journal and the report.
  public var version: String
  /// The command that starts a worker for this study.
  public var workerCommand: [String]
  /// Worker processes.
  public var workers: Int
  /// Threads for work that stands alone.
  public var threads: Int
  /// The machine that all this runs on.
  public var machine = HostMachine.current()
  public var report: @Sendable (StudyProgress) -> Void
  /// Whether the user wants to stop.
  public var isCancelled: @Sendable () -> Bool

  public init(
    version: String, workerCommand: [String], workers: Int, threads: Int,
    report: @escaping @Sendable (StudyProgress) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) {
    (self.version, self.workerCommand) = (version, workerCommand)
    (self.workers, self.threads) = (workers, threads)
    (self.report, self.isCancelled) = (report, isCancelled)
  }

  /// Throws `StudyError.interrupted` if the user wants to stop.
  func checkCancelled() throws {
    if isCancelled() { throw StudyError.interrupted }
  }
}
