import Foundation
import Synchronization

/// Worker processes of the study's own binary, each with its task, and their replies in one queue.
///
/// A worker that dies is started again and gets its task once more; if it dies again, the task has
/// crashed, which is a result like any other. A worker that ends before it is ready says nothing about
/// its task: after three such starts in a row the pool gives up.
final class WorkerPool {
  /// What came of a task.
  enum Outcome: Sendable {
    case replied(WorkerTask, WorkerReply)
    case crashed(WorkerTask)
  }

  let workerCount: Int

  private let command: [String]
  private let queue = MessageQueue<(worker: Int, message: WorkerProcess.Message)>()
  private var processes: [Int: WorkerProcess] = [:]
  private var tasks: [Int: WorkerTask] = [:]
  private var retried: Set<Int> = []
  private var shares: [Int: Double] = [:]
  /// Workers that have said that they are ready since they were last started.
  private var ready: Set<Int> = []
  /// Starts in a row that ended before the worker was ready.
  private var failedStarts = 0

  /// Starts `workerCount` processes of `command`.
  ///
  /// - Throws: `StudyError.cannotStartWorker`.
  init(workerCount: Int, command: [String]) throws {
    (self.workerCount, self.command) = (workerCount, command)
    for worker in 0..<workerCount { try start(worker) }
  }

  deinit {
    for process in processes.values { process.end() }
  }

  var idleCount: Int { workerCount - tasks.count }
  var isIdle: Bool { tasks.isEmpty }
  /// The tasks being worked on and how far they are, 0…1, in the order of their numbers.
  var running: [(task: WorkerTask, share: Double)] {
    tasks.values.sorted { $0.id < $1.id }.map { ($0, shares[$0.id] ?? 0) }
  }

  /// Gives a task to an idle worker.
  func submit(_ task: WorkerTask) {
    guard let worker = (0..<workerCount).first(where: { tasks[$0] == nil }) else {
      preconditionFailure("all \(workerCount) workers are busy")
    }
    tasks[worker] = task
    processes[worker]?.send(task)
  }

  /// Waits until a task has ended.
  ///
  /// - Parameter tick: Called several times a second while waiting; may throw to stop.
  /// - Throws: `StudyError.worker` if a worker says that it cannot go on.
  func wait(tick: () throws -> Void) throws -> Outcome {
    while true {
      try tick()
      guard let (worker, message) = queue.next(timeoutSeconds: 0.2) else { continue }
      switch message {
      case .reply(let reply):
        if reply.status == .failed {
          throw StudyError.worker(reply.message ?? "a worker failed without a reason")
        }
        if reply.status == .ready {
          ready.insert(worker)
          failedStarts = 0
          continue
        }
        guard let task = tasks[worker], reply.id == task.id else { continue }
        if reply.status == .progress {
          shares[task.id] = reply.share
          continue
        }
        tasks[worker] = nil
        shares[task.id] = nil
        return .replied(task, reply)
      case .ended(let process):
        guard processes[worker] === process else { continue }
        let wasReady = ready.remove(worker) != nil
        if !wasReady { try countFailedStart() }
        try start(worker)
        guard let task = tasks[worker] else { continue }
        // A worker that never got to its task says nothing about it.
        guard wasReady else {
          processes[worker]?.send(task)
          continue
        }
        if retried.insert(task.id).inserted {
          processes[worker]?.send(task)
        } else {
          tasks[worker] = nil
          return .crashed(task)
        }
      }
    }
  }

  private static let mostFailedStarts = 3

  private func countFailedStart() throws {
    failedStarts += 1
    guard failedStarts < WorkerPool.mostFailedStarts else {
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

/// Messages from several threads to one.
final class MessageQueue<Message: Sendable>: Sendable {
  private let messages = Mutex<[Message]>([])
  private let available = DispatchSemaphore(value: 0)

  func append(_ message: Message) {
    messages.withLock { $0.append(message) }
    available.signal()
  }

  /// Returns the oldest message, or nil if none came in time.
  func next(timeoutSeconds: Double) -> Message? {
    guard available.wait(timeout: .now() + timeoutSeconds) == .success else { return nil }
    return messages.withLock { $0.removeFirst() }
  }
}
