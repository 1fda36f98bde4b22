import FileFormats
import Foundation
import RandomStreams

@testable import Studies

/// A cluster in virtual time: a scheduler, its workers, and a file system that shows files late on both sides.
///
/// One thread calls `pass` for each second. Workers speak the protocol of `RecordLine`; what they are asked they
/// read as the program does.
final class VirtualCluster: WorkerScheduler, @unchecked Sendable {  // By one thread.
  /// What a test wants of it.
  struct Setting {
    var seed: UInt64 = 1
    /// How long files take to be seen, at most.
    var longestSeconds = 59.0
    /// How far the clocks of the machines are ahead of the run's, one after the other.
    var offsetsSeconds = [300.0, -300]
    /// A training's.
    var taskSeconds = 80.0
    var patience = FileChannel.Patience()
    /// Whether a worker's job ends with its first task.
    var endsAfterTask = false
    /// Trials that take longer than the study allows.
    var overdueTrials: Set<Int> = []
  }

  private struct Worker {
    let lease: LeaseName
    let host: String
    let requests: RequestReader
    let writer: RecordWriter
    var task: (name: String, request: WorkerRequest, end: Double)?
    var nextBeat: Double
  }

  private struct Job {
    var scheduled: ScheduledWorker
    /// When it is begun.
    var start: Double
    var worker: Worker?
  }

  static let identity = "1d"

  let name = "a virtual cluster"
  let time: VirtualTime
  let setting: Setting
  /// The run's folder `workers`, and the workers'.
  let runFolder: RemoteFolder
  let workerFolder: RemoteFolder
  /// Trials whose trainings were begun, and that were ended with their worker.
  private(set) var begun: [Int] = []
  private(set) var killed: [Int] = []
  private(set) var startedCount = 0
  /// Whether the run's machine sees what is new.
  var isSeen = true
  private var jobs: [Job] = []
  private var tell: (@Sendable (SchedulerNews) -> Void)?
  private var nextReport = 0.0
  private var toWorkers: LateFiles
  private var toRun: LateFiles

  init(_ setting: Setting, in folder: String) {
    (self.setting, time) = (setting, VirtualTime())
    runFolder = RemoteFolder(StudyFolder(folder + "/run"))
    workerFolder = RemoteFolder(StudyFolder(folder + "/nodes"))
    toWorkers = LateFiles(
      from: runFolder.path, to: workerFolder.path, names: ["requests.jsonl", "pulse"],
      longestSeconds: setting.longestSeconds, offsetSeconds: -300, seed: setting.seed)
    toRun = LateFiles(
      from: workerFolder.path, to: runFolder.path, names: ["replies.jsonl"],
      longestSeconds: setting.longestSeconds, offsetSeconds: 300, seed: setting.seed)
  }

  // MARK: What the run asks of a scheduler

  func begin(tell: @escaping @Sendable (SchedulerNews) -> Void) { self.tell = tell }

  func start(_ count: Int, excluding hosts: [String]) {
    let token = "a\(startedCount)"
    for index in 0..<count {
      jobs.append(
        Job(
          scheduled: ScheduledWorker(
            token: token, index: index, restarts: 0, job: "\(token)_\(index)", host: nil,
            phase: .waiting(reason: "Priority")),
          start: time.seconds + 5))
    }
    startedCount += count
    tell?(.submitted(token: token, count: count, job: token))
    nextReport = time.seconds + 1
  }

  func lookAgain() { nextReport = min(nextReport, time.seconds + 1) }
  func endAll() -> Bool { true }
  func log(of token: String, index: Int) -> String { "" }

  // MARK: What happens

  /// Lets a second pass.
  func pass() throws {
    time.pass(1)
    for index in jobs.indices { try step(index) }
    try toWorkers.move(at: time.seconds)
    if isSeen { try toRun.move(at: time.seconds) }
    if time.seconds >= nextReport {
      nextReport = time.seconds + 20
      tell?(
        .report(SchedulerReport(workers: jobs.map(\.scheduled), asked: time.clock().now)))
    }
  }

  /// Ends the first worker that is at a task, as its scheduler says; nil where nobody is at one.
  ///
  /// - Parameter end: How; `requeued` begins the job again under the same number.
  @discardableResult
  func kill(_ end: SchedulerEnd) -> Int? {
    guard let index = jobs.firstIndex(where: { $0.worker?.task != nil }),
      let trial = jobs[index].worker?.task?.request.task.trial
    else { return nil }
    killed.append(trial)
    jobs[index].worker = nil
    if end == .requeued {
      jobs[index].scheduled.restarts += 1
      jobs[index].scheduled.phase = .waiting(reason: "BeginTime")
      jobs[index].start = time.seconds + 120
    } else {
      jobs[index].scheduled.phase = .ended(end)
    }
    return trial
  }

  private func step(_ index: Int) throws {
    if case .waiting = jobs[index].scheduled.phase, time.seconds >= jobs[index].start {
      jobs[index].scheduled.phase = .running
      jobs[index].worker = try worker(of: jobs[index].scheduled, on: index % 2)
      jobs[index].scheduled.host = jobs[index].worker?.host
    }
    guard var worker = jobs[index].worker else { return }
    if time.seconds >= worker.nextBeat {
      worker.nextBeat += setting.patience.beatSeconds
      try worker.writer.append(LeaseRecord(.beat))
    }
    var hasEnded = false
    if let task = worker.task {
      if time.seconds >= task.end {
        try worker.writer.append(
          LeaseRecord(.reply, task: task.name, reply: reply(to: task.request)))
        worker.task = nil
        hasEnded = setting.endsAfterTask
      }
    } else {
      switch worker.requests.next() {
      case .task(let name, let request):
        begun.append(request.task.trial ?? -1)
        worker.task = (name, request, time.seconds + setting.taskSeconds)
        try worker.writer.append(LeaseRecord(.took, task: name))
      case .end, .orphaned: hasEnded = true
      case nil: break
      }
    }
    jobs[index].worker = worker
    if hasEnded {
      try worker.writer.append(LeaseRecord(.ended))
      jobs[index].worker = nil
      jobs[index].scheduled.phase = .ended(.completed)
    }
  }

  private func worker(of job: ScheduledWorker, on host: Int) throws -> Worker {
    let lease = LeaseName(token: job.token, index: job.index, restarts: job.restarts)
    try Folder.create(workerFolder.folder(of: lease))
    let writer = try RecordWriter(workerFolder.replies(of: lease))
    let hello = LeaseHello(
      identity: VirtualCluster.identity, host: "n\(host + 1)", processor: "p", process: 1,
      job: job.job)
    try writer.append(LeaseRecord(.hello, hello: hello))
    try writer.append(LeaseRecord(.reply, reply: WorkerReply(id: -1, status: .ready)))
    let offset = setting.offsetsSeconds[host % setting.offsetsSeconds.count]
    return Worker(
      lease: lease, host: hello.host,
      requests: RequestReader(
        workerFolder, lease, setting.patience, clock: time.clock(offsetSeconds: offset)),
      writer: writer, nextBeat: time.seconds + setting.patience.beatSeconds)
  }

  /// The answer to a task: its steps say which trial it was.
  private func reply(to request: WorkerRequest) -> WorkerReply {
    if let trial = request.task.trial, setting.overdueTrials.contains(trial) {
      return WorkerReply(id: request.id, status: .timedOut)
    }
    return WorkerReply(
      id: request.id, TaskResult(.measured, seconds: 1, steps: 100 + (request.task.trial ?? -1)))
  }
}

/// A run on a virtual cluster.
final class VirtualRun {
  let cluster: VirtualCluster
  let notes = Recorded<String>()
  let workers: RemoteWorkers
  let executor: RemoteExecutor
  /// What came of each trial, as often as something came.
  private(set) var outcomes: [Int: [TaskOutcome]] = [:]
  private var trials: [Int: Int] = [:]

  /// - Parameter capacity: Workers.
  init(on cluster: VirtualCluster, capacity: Int = 3) throws {
    self.cluster = cluster
    let notes = notes
    workers = try RemoteWorkers(
      cluster.runFolder, cluster,
      RemoteWorkers.Setting(
        identity: VirtualCluster.identity, processor: "p", graceSeconds: 60,
        beatSeconds: cluster.setting.patience.beatSeconds, note: { notes.add($0) }),
      clock: cluster.time.clock(), looksByItself: false)
    executor = RemoteExecutor(workers, capacity: capacity, flashFraction: 0.05)
  }

  struct TooLong: Error {}
  /// The run is killed.
  struct Killed: Error {}

  /// Works through trials, to their end.
  ///
  /// - Parameters:
  ///   - mostSeconds: Of virtual time.
  ///   - eachSecond: What else happens, told the time.
  /// - Throws: What `eachSecond` throws; `TooLong`.
  func run(
    _ trials: Range<Int>, mostSeconds: Double = 6_000,
    eachSecond: (Double) throws -> Void = { _ in }
  ) throws {
    var waiting = trials[...]
    let end = cluster.time.seconds + mostSeconds
    while true {
      while executor.idleCount > 0, let trial = waiting.popFirst() {
        self.trials[executor.submit(ExecutorDriver.task(trial))] = trial
      }
      if executor.isIdle { return }
      let ended = try executor.wait {
        guard cluster.time.seconds < end else { throw TooLong() }
        try cluster.pass()
        try eachSecond(cluster.time.seconds)
        workers.watch.look()
      }
      if let trial = self.trials[ended.number] {
        outcomes[trial, default: []].append(ended.outcome)
      }
    }
  }

  /// The trials that have ended well, each with its own result, and once.
  var measuredOnce: [Int] {
    outcomes.filter { trial, outcomes in
      outcomes.count == 1 && outcomes[0].result?.steps == 100 + trial
    }.keys.sorted()
  }
}
