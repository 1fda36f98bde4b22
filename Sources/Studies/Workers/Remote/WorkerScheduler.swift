import Processes

/// What starts workers on other machines, and says what has become of them.
///
/// No call waits for the scheduler's programs, which may hang for minutes: they are run by a thread of its own,
/// which also tells what is new.
protocol WorkerScheduler: AnyObject, Sendable {
  /// Its name, for people.
  var name: String { get }
  /// Begins to look for workers of the study, those of an earlier run too.
  ///
  /// - Parameter tell: Called by the scheduler's own thread.
  func begin(tell: @escaping @Sendable (SchedulerNews) -> Void)
  /// Asks for further workers, on other machines than `hosts`.
  func start(_ count: Int, excluding hosts: [String])
  /// Asks what there is soon, because something has happened.
  func lookAgain()
  /// Ends all workers of the study, in a few seconds.
  ///
  /// - Returns: Whether the scheduler has taken it.
  func endAll() -> Bool
  /// The last lines that a worker has written to its log; empty if there are none.
  func log(of token: String, index: Int) -> String
}

enum SchedulerNews: Sendable {
  case report(SchedulerReport)
  /// It cannot be asked at the moment.
  case unreachable(String)
  /// Workers were submitted, or may have been.
  case submitted(token: String, count: Int, job: String?)
  /// It does not take what was submitted, and will not.
  case refused(String)
}

/// What a scheduler says of the study's workers.
struct SchedulerReport: Hashable, Sendable {
  var workers: [ScheduledWorker]
  /// When it was asked.
  var asked: ContinuousClock.Instant
}

/// A worker as its scheduler sees it.
struct ScheduledWorker: Hashable, Sendable {
  enum Phase: Hashable, Sendable {
    /// For what, as the scheduler says it.
    case waiting(reason: String)
    case running
    /// Stopped by the scheduler, which may let it continue.
    case suspended
    case ended(SchedulerEnd)
  }

  var token: String
  var index: Int
  var restarts: Int
  var job: String
  var host: String?
  var phase: Phase
  /// How its process ended, where the scheduler says it.
  var exit: ChildProcess.End?

  /// Whether it is the one of two under the same name that counts: the one that was started more often, and of a
  /// federation's the one that was not ended.
  func isNewer(than other: ScheduledWorker) -> Bool {
    restarts == other.restarts ? !isOver || other.isOver : restarts > other.restarts
  }

  var isOver: Bool {
    if case .ended = phase { return true }
    return false
  }
}

/// How a worker's job has ended.
enum SchedulerEnd: String, Hashable, Sendable, CaseIterable {
  /// Its process ended, with status 0.
  case completed = "COMPLETED"
  case failed = "FAILED"
  /// By the job's own limit, which is not a training's: `trial_limits` has those.
  case timedOut = "TIMEOUT"
  case deadline = "DEADLINE"
  case nodeFailed = "NODE_FAIL"
  case bootFailed = "BOOT_FAIL"
  case launchFailed = "LAUNCH_FAILED"
  case reconfigurationFailed = "RECONFIG_FAIL"
  case preempted = "PREEMPTED"
  case outOfMemory = "OUT_OF_MEMORY"
  case cancelled = "CANCELLED"
  /// A sibling of it was begun on another cluster of a federation.
  case revoked = "REVOKED"
  /// It was put into the queue again under the same number.
  case requeued = "REQUEUED"
  /// The scheduler does not know it any more.
  case forgotten = "forgotten by the scheduler"
  /// It has said that it ends.
  case left = "ended by itself"
  /// It is suspended for a long time.
  case suspended = "SUSPENDED"
  /// It runs, the scheduler says, and has written nothing for a long time.
  case silent = "silent"

  /// What it says of a task that the worker was at; nil: nothing.
  ///
  /// - Parameters:
  ///   - exit: How the process ended; nil if that is not known.
  ///   - log: The last of what it wrote.
  func loss(exit: ChildProcess.End?, log: String) -> ProcessLoss? {
    switch self {
    case .failed, .completed:
      ProcessLoss(exit ?? .status(self == .failed ? 1 : 0), errors: log, hasMemoryKills: false)
    case .outOfMemory: .own(.outOfMemory, rawValue)
    case .timedOut, .deadline, .nodeFailed, .bootFailed, .launchFailed, .reconfigurationFailed,
      .preempted, .cancelled, .revoked, .requeued, .forgotten, .left, .suspended, .silent:
      nil
    }
  }

  /// Whether the machine is to blame.
  var isOfHost: Bool {
    [.nodeFailed, .bootFailed, .launchFailed, .reconfigurationFailed].contains(self)
  }
}
