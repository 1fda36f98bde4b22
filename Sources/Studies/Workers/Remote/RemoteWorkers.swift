import Foundation

/// Workers on other machines that share the study's folder with the run: they live through all stages of it.
///
/// The worker's own file is the truth; the scheduler only says that a worker has gone. That is believed once the
/// worker's file has not changed for a grace, since files of other machines are seen late, and then its task is
/// given to another one. Whichever result comes first counts. What workers wrote while no run was there is used.
///
/// Used by one thread; `LeaseWatch` and the scheduler have their own.
final class RemoteWorkers {
  /// What all workers of a study have in common.
  struct Setting: Sendable {
    /// Of the study, its data and its teacher; a worker that has read something else is not asked for anything.
    var identity: String
    /// The processor that the study was begun on.
    var processor: String
    var graceSeconds: Double
    var beatSeconds: Double
    var retries = RetryPolicy()
    /// Tells the user something.
    var note: @Sendable (String) -> Void = { _ in }
    /// Whether a result from an earlier run still stands for the task: its files may have been deleted since.
    var isIntact: @Sendable (StudentTask) -> Bool = { _ in true }
  }

  enum Event: Sendable {
    case lease(LeaseWatch.News)
    case scheduler(SchedulerNews)
  }

  let setting: Setting
  let scheduler: any WorkerScheduler
  let watch: LeaseWatch
  private let queue: MessageQueue<Event>
  var leases: [LeaseName: RemoteLease] = [:]
  var tasks: [Int: RemoteTask] = [:]
  /// Those of `tasks` that nobody has, the next one first.
  var waiting: [Int] = []
  private var finished: [(number: Int, outcome: TaskOutcome)] = []
  /// Results that nobody has asked for in this run.
  private var unclaimed: [String: TaskResult] = [:]
  private var submittedCount = 0
  /// What is wrong, so that nothing can be executed any more.
  var problem: StudyError?
  /// The workers that are wanted.
  var wantedCount = 0
  var submissions = Submissions()
  /// Processors that the user has been told of.
  private var toldProcessors: Set<String> = []
  private let nonce = LeaseName.random(8)
  let clock: SteadyClock
  /// The time in which workers' files have been looked at, by which silence is measured.
  private(set) var attendedSeconds = 0.0

  /// Reads what workers of earlier runs have written, and begins to look after them.
  ///
  /// - Parameter looksByItself: Whether a thread reads the files; otherwise `watch.look` is called.
  /// - Throws: `FileFormatError.system` if the study's folder cannot be written.
  init(
    _ folder: RemoteFolder, _ scheduler: any WorkerScheduler, _ setting: Setting,
    clock: SteadyClock = .machine, looksByItself: Bool = true
  ) throws {
    (self.scheduler, self.setting, self.clock) = (scheduler, setting, clock)
    let queue = MessageQueue<Event>()
    self.queue = queue
    watch = try LeaseWatch(
      folder, graceSeconds: setting.graceSeconds, beatSeconds: setting.beatSeconds, clock: clock,
      looksByItself: looksByItself
    ) { queue.append(.lease($0)) }
    while let event = queue.next(timeoutSeconds: 0) { take(event, isFirstLook: true) }
    loseSilentLeases()
    scheduler.begin { queue.append(.scheduler($0)) }
  }

  deinit {
    // What has its own last word need not be ended by the scheduler, which may not be there.
    for lease in leases.values where !lease.isOver {
      watch.ask(lease.name, RunRecord(.end))
    }
    watch.stop()
    if !scheduler.endAll() {
      setting.note(
        "\(scheduler.name) does not answer, so its jobs are not cancelled: each worker ends after its student"
      )
    }
  }

  var running: [RunningTask] {
    let order = leases.values.sorted {
      ($0.opened, $0.name.folder) < ($1.opened, $1.name.folder)
    }
    let workers = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1.name, $0) })
    let open = tasks.values.map { task in
      RunningTask(
        number: task.number, task: task.task, share: task.share,
        hasBegun: task.lease != nil || hasFinished(task.number),
        place: task.lease.flatMap { name in
          guard let worker = workers[name], let lease = leases[name] else { return nil }
          return RunningTask.Place(
            worker: worker, host: lease.hello?.host, process: lease.hello?.process,
            attempt: 1 + task.blamedLosses,
            silentSeconds: max(0, attendedSeconds - lease.lastChange))
        })
    }
    return open.sorted { $0.number < $1.number }
  }

  var processorSeconds: Double {
    leases.values.reduce(0) { $0 + max(0, $1.processorSeconds - $1.earlierProcessorSeconds) }
  }

  /// Takes a task and returns its number.
  func submit(_ task: StudentTask) -> Int {
    let number = submittedCount
    submittedCount += 1
    var name = task.remoteName
    while tasks.values.contains(where: { $0.name == name }) { name += "+" }
    var submitted = RemoteTask(number: number, task: task, name: name)
    if let result = unclaimed.removeValue(forKey: name), setting.isIntact(task) {
      tasks[number] = submitted
      finish(submitted, .ended(result))
      return number
    }
    // A worker may be at it for an earlier run.
    submitted.lease = leases.values.first { !$0.isOver && $0.asked.contains(name) }?.name
    tasks[number] = submitted
    if submitted.lease == nil { waiting.append(number) }
    giveTasks()
    return number
  }

  /// Forgets tasks that nobody waits for any more. Their workers go on, and their results stay usable.
  func forget(_ numbers: [Int]) {
    for number in numbers { tasks[number] = nil }
    waiting.removeAll { tasks[$0] == nil }
    finished.removeAll { numbers.contains($0.number) }
  }

  func wait(tick: () throws -> Void) throws -> (number: Int, outcome: TaskOutcome) {
    while true {
      try tick()
      if !finished.isEmpty {
        let first = finished.removeFirst()
        tasks[first.number] = nil
        return first
      }
      if let problem { throw problem }
      var timeout = 0.2
      while let event = queue.next(timeoutSeconds: timeout) {
        take(event)
        timeout = 0
      }
      loseSilentLeases()
      startMissing()
      giveTasks()
    }
  }

  private func take(_ event: Event, isFirstLook: Bool = false) {
    switch event {
    case .lease(.opened(let name, let asked)):
      var lease = RemoteLease(
        name, isOlder: isFirstLook, opened: clock.now, attendedSeconds: attendedSeconds)
      lease.asked = asked.compactMap { $0.kind == .task ? $0.task : nil }
      leases[name] = lease
    case .lease(.looked(let seconds)): attendedSeconds = seconds
    case .lease(.changed(let name, let records, let hasGap)):
      leases[name]?.lastChange = attendedSeconds
      leases[name]?.hasGap = hasGap
      if !isFirstLook { leases[name]?.isAlive = true }
      take(records, of: name)
      letGo(name)
      if isFirstLook, let seconds = leases[name]?.processorSeconds {
        leases[name]?.earlierProcessorSeconds = seconds
      }
    case .lease(.failed(let message)): problem = problem ?? .worker(message)
    case .scheduler(let news): take(news)
    }
  }

  private func take(_ records: [LeaseRecord], of name: LeaseName) {
    guard let lease = leases[name] else { return }
    // Without the first record, which may be seen last, nobody knows whose the others are.
    let hello = lease.hello ?? records.first { $0.kind == .hello }?.hello
    guard let hello else {
      leases[name]?.unread += records
      return
    }
    leases[name]?.hello = hello
    leases[name]?.unread = []
    for record in lease.unread + records { take(record, of: name) }
  }

  private func take(_ record: LeaseRecord, of name: LeaseName) {
    if let seconds = record.reply?.processorSeconds { leases[name]?.processorSeconds = seconds }
    switch record.kind {
    case .hello: break
    case .took:
      if let task = record.task { took(task, name) }
    case .beat:
      if let task = record.task, let share = record.reply?.share { note(share, of: task) }
    case .reply:
      if let reply = record.reply { take(reply, about: record.task, of: name) }
    case .ending:
      leases[name]?.isEnding = true
      scheduler.lookAgain()
    case .ended: leases[name]?.hasEnded = true
    }
  }

  /// Knows of a task that an earlier run has asked a worker for, even where that request is not seen yet.
  private func took(_ task: String, _ name: LeaseName) {
    guard let lease = leases[name], !lease.asked.contains(task), !lease.answers.contains(task)
    else { return }
    leases[name]?.asked.append(task)
    guard !lease.isOver, lease.hello?.identity == setting.identity,
      let open = tasks.values.first(where: { $0.name == task && $0.lease == nil }),
      !hasFinished(open.number)
    else { return }
    tasks[open.number]?.lease = name
    waiting.removeAll { $0 == open.number }
  }

  private func take(_ reply: WorkerReply, about task: String?, of name: LeaseName) {
    guard let lease = leases[name], lease.hello?.identity == setting.identity else { return }
    if reply.status == .failed {
      // What earlier runs were told, they have told their users.
      if lease.isAlive || !lease.isOlder {
        problem = problem ?? .worker(reply.message ?? "a worker failed without a reason")
      }
      return
    }
    if reply.status == .ready {
      leases[name]?.isReady = true
      submissions.hasBegun(lease.name.token)
      noteProcessor(of: lease)
      return
    }
    guard let task else { return }
    if reply.status == .timedOut { return timedOut(task, on: lease) }
    guard var result = reply.result else {
      if let share = reply.share { note(share, of: task) }
      return
    }
    leases[name]?.asked.removeAll { $0 == task }
    leases[name]?.answers.insert(task)
    leases[name]?.answered += 1
    if let hello = lease.hello, hello.processor != setting.processor {
      result.machine = ResultMachine(host: hello.host, processor: hello.processor)
    }
    if let open = tasks.values.first(where: { $0.name == task }) {
      finish(open, .ended(result))
    } else {
      unclaimed[task] = result
    }
  }

  private func noteProcessor(of lease: RemoteLease) {
    guard let hello = lease.hello, hello.processor != setting.processor,
      toldProcessors.insert(hello.processor).inserted
    else { return }
    setting.note(
      "worker on \(hello.host): its processor is '\(hello.processor)', the study was begun on "
        + "'\(setting.processor)': results agree within noise, not bit for bit; the journal names them"
    )
  }

  private func note(_ share: Double, of task: String) {
    guard let number = tasks.values.first(where: { $0.name == task })?.number else { return }
    tasks[number]?.share = share
  }

  /// Ends a task, whoever has it. Each ends once.
  func finish(_ task: RemoteTask, _ outcome: TaskOutcome) {
    guard !finished.contains(where: { $0.number == task.number }) else { return }
    waiting.removeAll { $0 == task.number }
    for number in tasks.keys { tasks[number]?.killsInARow = 0 }
    finished.append((task.number, outcome))
  }

  /// Whether a task has ended and has not been given back.
  func hasFinished(_ number: Int) -> Bool { finished.contains { $0.number == number } }

  /// Gives waiting tasks to workers that have nothing to do.
  private func giveTasks() {
    guard !waiting.isEmpty else { return }
    let idle = leases.values.filter { $0.isIdle && $0.hello?.identity == setting.identity }
      .sorted { ($0.opened, $0.name.folder) < ($1.opened, $1.name.folder) }
    for lease in idle {
      guard !waiting.isEmpty else { return }
      let number = waiting.removeFirst()
      guard let task = tasks[number] else { continue }
      tasks[number]?.lease = lease.name
      leases[lease.name]?.asked.append(task.name)
      watch.ask(
        lease.name,
        RunRecord(
          .task, task: task.name, turn: "\(nonce).\(number).\(task.blamedLosses).\(lease.answered)",
          request: WorkerRequest(id: number, task: task.task)))
    }
  }
}
