/// Executes tasks in worker processes of the study's own binary, whose replies come together in one queue.
///
/// A worker that dies is started again. One that ends before it is ready says nothing about its task: after
/// three such starts in a row the executor gives up.
package final class LocalProcesses: TaskExecutor {
  package let capacity: Int

  private let command: [String]
  private let queue = MessageQueue<(worker: Int, message: WorkerProcess.Message)>()
  private var processes: [Int: WorkerProcess] = [:]
  /// What each busy worker was asked to do.
  private var requests: [Int: WorkerRequest] = [:]
  private var submittedCount = 0
  private var retried: Set<Int> = []
  private var shares: [Int: Double] = [:]
  /// The processor time of each worker's process as it last told it.
  private var processorTimes: [Int: Double] = [:]
  /// That of processes that have ended.
  private var endedProcessorSeconds = 0.0
  /// Workers that have said that they are ready since they were last started.
  private var ready: Set<Int> = []
  /// Starts in a row that ended before the worker was ready.
  private var failedStarts = 0

  /// Starts `workerCount` processes of `command`.
  ///
  /// - Throws: `StudyError.cannotStartWorker`.
  package init(workerCount: Int, command: [String]) throws {
    (capacity, self.command) = (workerCount, command)
    for worker in 0..<workerCount { try start(worker) }
  }

  deinit {
    for process in processes.values { process.end() }
  }

  package var running: [RunningTask] {
    requests.values.sorted { $0.id < $1.id }.map {
      RunningTask(number: $0.id, task: $0.task, share: shares[$0.id] ?? 0)
    }
  }

  package var processorSeconds: Double {
    processorTimes.values.reduce(endedProcessorSeconds, +)
  }

  package func submit(_ task: StudentTask) -> Int {
    guard let worker = (0..<capacity).first(where: { requests[$0] == nil }) else {
      preconditionFailure("all \(capacity) workers are busy")
    }
    let request = WorkerRequest(id: submittedCount, task: task)
    submittedCount += 1
    requests[worker] = request
    processes[worker]?.send(request)
    return request.id
  }

  package func wait(tick: () throws -> Void) throws -> (number: Int, outcome: TaskOutcome) {
    while true {
      try tick()
      guard let (worker, message) = queue.next(timeoutSeconds: 0.2) else { continue }
      let ended: (Int, TaskOutcome)?
      switch message {
      case .reply(let reply): ended = try take(reply, from: worker)
      case .ended(let process): ended = try replace(process, of: worker)
      }
      if let ended { return ended }
    }
  }

  /// Returns the task that a reply ends.
  private func take(_ reply: WorkerReply, from worker: Int) throws -> (Int, TaskOutcome)? {
    if let seconds = reply.processorSeconds { processorTimes[worker] = seconds }
    if reply.status == .failed {
      throw StudyError.worker(reply.message ?? "a worker failed without a reason")
    }
    if reply.status == .ready {
      ready.insert(worker)
      failedStarts = 0
      return nil
    }
    guard let request = requests[worker], reply.id == request.id else { return nil }
    guard let result = reply.result else {
      shares[request.id] = reply.share
      return nil
    }
    free(worker)
    return (request.id, .ended(result))
  }

  /// Starts a worker again whose process has ended; returns the task that was lost with it for the second
  /// time.
  private func replace(
    _ process: WorkerProcess, of worker: Int
  ) throws -> (Int, TaskOutcome)? {
    guard processes[worker] === process else { return nil }
    endedProcessorSeconds += processorTimes.removeValue(forKey: worker) ?? 0
    let wasReady = ready.remove(worker) != nil
    if !wasReady { try countFailedStart() }
    try start(worker)
    guard let request = requests[worker] else { return nil }
    // A worker that never got to its task says nothing about it.
    if !wasReady || retried.insert(request.id).inserted {
      processes[worker]?.send(request)
      return nil
    }
    free(worker)
    return (request.id, .lost(.crashed, note: "its worker died twice"))
  }

  private func free(_ worker: Int) {
    guard let request = requests.removeValue(forKey: worker) else { return }
    shares[request.id] = nil
  }

  private static let mostFailedStarts = 3

  private func countFailedStart() throws {
    failedStarts += 1
    guard failedStarts < LocalProcesses.mostFailedStarts else {
      throw StudyError.cannotStartWorker(
        command: command.joined(separator: " "),
        reason: "it ended \(failedStarts) times before it was ready")
    }
  }

  private func start(_ worker: Int) throws {
    let queue = queue
    processes[worker] = try WorkerProcess(command: command) { queue.append((worker, $0)) }
  }
}
