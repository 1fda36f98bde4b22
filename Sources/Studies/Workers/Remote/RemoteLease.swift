import Processes

/// What a run knows of a worker on another machine.
struct RemoteLease: Sendable {
  let name: LeaseName
  /// Whether it was there before this run.
  let isOlder: Bool
  /// By this machine's clock.
  let opened: ContinuousClock.Instant
  var hello: LeaseHello?
  /// What was read before the first record, which says who speaks.
  var unread: [LeaseRecord] = []
  /// When its file last changed, in the run's attended seconds.
  var lastChange: Double
  /// Whether it has shown since this run began that it lives.
  var isAlive = false
  var isReady = false
  /// Its time is nearly over.
  var isEnding = false
  /// It has said its last word.
  var hasEnded = false
  /// Whether something stands before what was read of its file that may still become a record.
  var hasGap = false
  var isOver = false
  /// Whether it was asked to end after it had been given up.
  var isLetGo = false
  /// Whether the scheduler has stopped it for a while.
  var isSuspended = false
  /// Since when the scheduler says that it has gone, in attended seconds, and how.
  var gone: (since: Double, end: SchedulerEnd, exit: ChildProcess.End?)?
  /// Names of tasks that it was asked for and has not answered.
  var asked: [String] = []
  /// Tasks that it has answered.
  var answered = 0
  /// Their names.
  var answers: Set<String> = []
  /// The processor time that it last told, in seconds, and what it had taken before this run.
  var processorSeconds = 0.0
  var earlierProcessorSeconds = 0.0

  init(
    _ name: LeaseName, isOlder: Bool, opened: ContinuousClock.Instant, attendedSeconds: Double
  ) {
    (self.name, self.isOlder, self.opened) = (name, isOlder, opened)
    lastChange = attendedSeconds
  }

  /// Whether it can be given a task.
  var isIdle: Bool {
    isReady && isAlive && !isEnding && !hasEnded && !isOver && !isSuspended && gone == nil
      && asked.isEmpty
  }
}
