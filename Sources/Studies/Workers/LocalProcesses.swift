import Foundation

/// What worker processes may take, and where it is kept what they say when they are lost.
public struct WorkerSettings: Sendable {
  public var limits = TrialLimits()
  /// The folder of the logs; nil: none are kept.
  public var logs: String?
  package var retries = RetryPolicy()
  /// How long a process may take to end when it is asked to; a training writes its checkpoint then.
  package var graceSeconds = 3.0
  /// After how many seconds without a word people are told of it: of a worker that is stopped, and of others,
  /// which may have a long step.
  package var silenceSeconds = (stopped: 60.0, any: 600.0)

  public init(limits: TrialLimits = TrialLimits(), logs: String? = nil) {
    (self.limits, self.logs) = (limits, logs)
  }
}

/// Executes tasks in worker processes: of the study's own binary, or of a command that connects their standard input
/// and output with those of workers on other machines.
///
/// A worker that dies is started again, and its task done again, as `RetryPolicy` says. All of it is done by the
/// thread that waits: no other is needed, and none can be missing.
package final class LocalProcesses: TaskExecutor {
  /// A place for one process after the other.
  final class Worker {
    let index: Int
    var process: WorkerProcess?
    /// When a process is to be started where there is none.
    var startAt = SuspendingClock.now
    /// What it was asked to do.
    var request: WorkerRequest?
    /// Of the task, 0…1.
    var share = 0.0
    /// What the attempt has taken, and for how long nothing was heard, in seconds; not while this process was
    /// itself stopped or the machine asleep.
    var (takenSeconds, silentSeconds) = (0.0, 0.0)
    var hasToldSilence = false

    init(_ index: Int) { self.index = index }
  }

  /// How often a task was lost.
  struct Losses {
    /// By its own doing.
    var own = 0
    /// From outside.
    var kills = 0
    /// From outside without anything getting on since.
    var killsInARow = 0
    /// The furthest that an attempt came.
    var bestShare = 0.0
  }

  package let capacity: Int
  let commands: WorkerCommands
  /// On which machines the workers are.
  var hosts: WorkerHosts
  let settings: WorkerSettings
  /// Takes what people should know.
  let note: @Sendable (String) -> Void
  let logs: WorkerLogs
  let workers: [Worker]
  /// Of the tasks that are being worked on, by number; none for those that were never lost.
  var losses: [Int: Losses] = [:]
  var failedStarts = 0
  var killedStarts = 0
  private var submittedCount = 0
  /// What has ended and has not been given back.
  private var ended: [(request: WorkerRequest, outcome: TaskOutcome)] = []
  /// The processor time of processes that have ended.
  private var endedProcessorSeconds = 0.0
  private var lastWatch = SuspendingClock.now

  private static let turnSeconds = 0.2

  /// Starts `workerCount` processes of `command` on this machine.
  ///
  /// - Parameter note: Takes what people should know, such as that a worker was killed.
  /// - Throws: `StudyError.cannotStartWorker`.
  package convenience init(
    workerCount: Int, command: [String], settings: WorkerSettings = WorkerSettings(),
    note: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    try self.init(
      workerCount: workerCount, commands: WorkerCommands(command), settings: settings, note: note)
  }

  /// Starts `workerCount` processes where `commands` says.
  ///
  /// - Throws: `StudyError.cannotStartWorker`.
  init(
    workerCount: Int, commands: WorkerCommands, settings: WorkerSettings = WorkerSettings(),
    note: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    (capacity, self.commands, self.settings, self.note) = (workerCount, commands, settings, note)
    hosts = WorkerHosts(commands.hosts, mostFailedStarts: settings.retries.mostFailedStarts)
    logs = WorkerLogs(folder: settings.logs)
    workers = (0..<workerCount).map(Worker.init)
    for worker in workers { worker.process = try WorkerProcess(command: command(of: worker)) }
  }

  deinit {
    let processes = workers.compactMap(\.process)
    for process in processes { process.askToEnd() }
    let deadline = SuspendingClock.now + .seconds(settings.graceSeconds)
    for process in processes {
      process.end(within: max(0, SuspendingClock.now.duration(to: deadline) / .seconds(1)))
    }
  }

  /// The command of a worker's next process.
  func command(of worker: Worker) -> [String] {
    commands.words(worker: worker.index, host: hosts.host(of: worker.index))
  }

  package var workerCounts: WorkerCounts? {
    WorkerCounts(
      executor: commands.executor, wanted: capacity,
      ready: workers.count { $0.process?.isReady ?? false }, excludedHosts: hosts.excluded)
  }

  package var running: [RunningTask] {
    let done = ended.map { ended in
      RunningTask(number: ended.request.id, task: ended.request.task, share: 1)
    }
    let running = workers.compactMap { worker in
      worker.request.map { request in
        let lost = losses[request.id]
        return RunningTask(
          number: request.id, task: request.task, share: worker.share,
          place: RunningTask.Place(
            worker: worker.index, host: hosts.name(of: worker.index), process: worker.process?.id,
            attempt: 1 + (lost?.own ?? 0) + (lost?.kills ?? 0),
            silentSeconds: worker.silentSeconds))
      }
    }
    return (done + running).sorted { $0.number < $1.number }
  }

  package var runningCount: Int { ended.count + workers.count { $0.request != nil } }

  package var processorSeconds: Double {
    workers.reduce(endedProcessorSeconds) { $0 + ($1.process?.processorSeconds ?? 0) }
  }

  package func submit(_ task: StudentTask) -> Int {
    guard let worker = workers.first(where: { $0.request == nil }) else {
      preconditionFailure("all \(capacity) workers are busy")
    }
    let request = WorkerRequest(id: submittedCount, task: task)
    submittedCount += 1
    worker.request = request
    begin(worker)
    return request.id
  }

  package func wait(tick: () throws -> Void) throws -> (number: Int, outcome: TaskOutcome) {
    while true {
      try tick()
      if !ended.isEmpty {
        let first = ended.removeFirst()
        return (first.request.id, first.outcome)
      }
      try startProcesses()
      let there = workers.filter { $0.process != nil }
      let ready = WorkerProcess.ready(
        among: there.compactMap(\.process), waitingSeconds: pauseSeconds)
      for index in ready { try listen(to: there[index]) }
      let hasClosed = ready.contains { there[$0].process?.isOutputOpen == false }
      try watch(isDue: ready.isEmpty || hasClosed)
    }
  }

  /// How long to wait for a word.
  private var pauseSeconds: Double {
    guard ended.isEmpty else { return 0 }
    let next = workers.filter { $0.process == nil }.map(\.startAt).min()
    let pause = next.map { SuspendingClock.now.duration(to: $0) / .seconds(1) }
    // A process that has closed its output has no more news, and may not have ended yet.
    return min(LocalProcesses.turnSeconds, pause ?? LocalProcesses.turnSeconds)
  }

  /// Has a worker's process begin with the worker's task.
  func begin(_ worker: Worker) {
    (worker.share, worker.takenSeconds, worker.silentSeconds) = (0, 0, 0)
    worker.hasToldSilence = false
    if let request = worker.request { worker.process?.send(request) }
  }

  /// Says what came of a worker's task, which is then free for another one.
  func finish(_ worker: Worker, _ outcome: TaskOutcome) {
    guard let request = worker.request else { return }
    ended.append((request, outcome))
    worker.request = nil
    worker.share = 0
    losses[request.id] = nil
    getOn()
  }

  /// Something got on: kills in a row are counted from here.
  func getOn() {
    killedStarts = 0
    for number in losses.keys { losses[number]?.killsInARow = 0 }
  }

  /// Takes what a worker says.
  private func listen(to worker: Worker) throws {
    for reply in worker.process?.replies() ?? [] { try take(reply, from: worker) }
  }

  private func take(_ reply: WorkerReply, from worker: Worker) throws {
    (worker.silentSeconds, worker.hasToldSilence) = (0, false)
    if let seconds = reply.processorSeconds { worker.process?.processorSeconds = seconds }
    switch reply.status {
    case .failed:
      throw StudyError.worker(reply.message ?? "a worker failed without a reason")
    case .ready:
      worker.process?.isReady = true
      (failedStarts, killedStarts) = (0, 0)
      hosts.hasStarted(worker.index)
      worker.takenSeconds = 0
    case .progress, .measured, .diverged, .stopped, .timedOut:
      // An answer to a task that is no longer this worker's has come too late to count. Limits are kept here, so that none
      // of these says that it took too long.
      guard let request = worker.request, reply.id == request.id else { return }
      if let result = reply.result {
        finish(worker, .ended(result))
      } else if let share = reply.share {
        worker.share = share
        guard let lost = losses[request.id], share > lost.bestShare else { return }
        losses[request.id]?.bestShare = share
        getOn()
      }
    }
  }

  /// Sees after the workers: who has ended, who takes too long, who says nothing.
  private func watch(isDue: Bool) throws {
    let now = SuspendingClock.now
    let passed = lastWatch.duration(to: now) / .seconds(1)
    // With a thousand workers there is news all the time.
    guard isDue || passed > LocalProcesses.turnSeconds / 2 else { return }
    lastWatch = now
    for worker in workers {
      guard let process = worker.process else { continue }
      if process.hasEnded() {
        // What it said before it ended counts.
        try listen(to: worker)
        endedProcessorSeconds += process.processorSeconds
        worker.process = nil
        try replace(process, of: worker)
      } else {
        // More than that passes only where this process was itself stopped.
        watch(worker, process, secondsPassed: min(passed, 10))
      }
    }
  }
}
