import Foundation
import TestSupport
import Testing

@testable import Studies

/// The executors that there are, each with a stand-in for what trains.
enum ExecutorKind: CaseIterable {
  case localProcesses
  /// Nothing was told of the driver's tasks.
  case told
  /// Behind a script that plays `ssh`, to two machines.
  case command
  /// Jobs of a made-up cluster.
  case slurm

  /// Writes the stand-in.
  func worker(
    in temporary: TemporaryFolder, atStart: String = "", onTask: String = "answer"
  ) throws -> FakeWorker {
    try FakeWorker(in: temporary, atStart: atStart, onTask: onTask, usesFiles: self == .slurm)
  }

  func make(
    capacity: Int, worker: FakeWorker, in temporary: TemporaryFolder,
    settings: WorkerSettings = WorkerSettings()
  ) throws -> any TaskExecutor {
    switch self {
    case .localProcesses:
      try LocalProcesses(workerCount: capacity, command: worker.command, settings: settings)
    case .told:
      AnsweringExecutor(
        try LocalProcesses(workerCount: capacity, command: worker.command, settings: settings),
        knowing: KnownTrainings(
          MadeUp.state([MadeUp.told]), in: StudyFolder("no-study"), flashFraction: 0.05))
    case .command:
      try LocalProcesses(
        workerCount: capacity, commands: FakeSSH(in: temporary).commands(for: worker),
        settings: settings)
    case .slurm:
      RemoteExecutor(
        try FakeSlurm(in: temporary).workers(worker.command, retries: settings.retries),
        capacity: capacity, flashFraction: 0.05)
    }
  }
}

/// Gives an executor tasks and takes what comes of them.
final class ExecutorDriver {
  let temporary: TemporaryFolder
  let executor: any TaskExecutor
  /// The trials that were lost, and how.
  private(set) var losses: [Int: TaskLoss] = [:]

  /// Settings that do not wait long before something is tried again.
  static var hasty: WorkerSettings {
    var settings = WorkerSettings()
    (settings.retries.firstPauseSeconds, settings.retries.longestPauseSeconds) = (0.01, 0.1)
    return settings
  }

  init(
    _ kind: ExecutorKind = .localProcesses, capacity: Int = 1, atStart: String = "",
    onTask: String = "answer", settings: WorkerSettings = WorkerSettings()
  ) throws {
    temporary = try TemporaryFolder()
    let worker = try kind.worker(in: temporary, atStart: atStart, onTask: onTask)
    executor = try kind.make(
      capacity: capacity, worker: worker, in: temporary, settings: settings)
  }

  static func task(_ trial: Int) -> StudentTask {
    StudentTask(.flash(StudentTask.FlashWork()), key: "k\(trial)", trial: trial)
  }

  /// Works through the tasks of trials and returns what came of each: right answers, or nil for a loss.
  func run(_ trials: Range<Int>) throws -> [Int: Int?] {
    var outcomes: [Int: Int?] = [:]
    var submitted: [Int: Int] = [:]
    var waiting = trials[...]
    while true {
      while executor.idleCount > 0, let trial = waiting.popFirst() {
        let number = executor.submit(Self.task(trial))
        #expect(submitted.keys.allSatisfy { $0 < number })
        submitted[number] = trial
      }
      if executor.isIdle { return outcomes }
      let (number, outcome) = try executor.wait(tick: deadline())
      let trial = try #require(submitted[number])
      #expect(outcomes[trial] == nil)
      outcomes[trial] = .some(outcome.result?.validation?.correct)
      if case .lost(let loss, _) = outcome { losses[trial] = loss }
    }
  }

  struct TooSlow: Error {
    /// What there was when nothing came.
    var state = ""
  }

  /// A tick that ends the waiting if nothing comes.
  func deadline(seconds: Double = 60) -> () throws -> Void {
    let end = Date(timeIntervalSinceNow: seconds)
    return { [self] in if Date() > end { throw TooSlow(state: state) } }
  }

  /// The tasks and how far they are, the jobs, and the workers' files, for messages.
  private var state: String {
    let tasks = executor.running.map { "\($0.number) at \($0.share)" }
    let jobs = FakeSlurm.jobs(in: temporary).map {
      "\(($0.folder as NSString).lastPathComponent) \($0.read("state"))"
    }
    let files = (try? FileManager.default.subpathsOfDirectory(atPath: temporary.file("workers")))
    return "tasks: \(tasks), jobs: \(jobs), files: \((files ?? []).sorted())"
  }

  static func expected(_ trials: Range<Int>) -> [Int: Int?] {
    Dictionary(uniqueKeysWithValues: trials.map { ($0, FakeWorker.correct($0)) })
  }
}
