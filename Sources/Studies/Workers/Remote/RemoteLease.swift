import Processes

/// What a run knows of a worker on another machine.
struct RemoteLease: Sendable {
  let name: LeaseName
  /// Whether it was there before this run.
  let isOlder: Bool
  let opened = ContinuousClock.now
  var hello: LeaseHello?
  /// What was read before the first record, which says who speaks.
  var unread: [LeaseRecord] = []
  /// When its file last changed, by this machine's clock.
  var lastChange = ContinuousClock.now
  /// Whether it has shown since this run began that it lives.
  var isAlive = false
  var isReady = false
  /// Its time is nearly over.
  var isEnding = false
  var isOver = false
  /// Since when the scheduler says that it has gone, and how.
  var gone: (since: ContinuousClock.Instant, end: SchedulerEnd, exit: ChildProcess.End?)?
  /// Names of tasks that it was asked for and has not answered.
  var asked: [String] = []
  /// Tasks that it has answered.
  var answered = 0
  /// The processor time that it last told, in seconds, and what it had taken before this run.
  var processorSeconds = 0.0
  var earlierProcessorSeconds = 0.0

  /// Whether it can be given a task.
  var isIdle: Bool {
    isReady && isAlive && !isEnding && !isOver && gone == nil && asked.isEmpty
  }
}
