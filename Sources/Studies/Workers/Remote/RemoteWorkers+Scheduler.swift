// What the scheduler says, and how many workers it is asked for.

/// What was submitted to a scheduler in this run, and what has come of it.
struct Submissions: Sendable {
  struct Submission: Sendable {
    var count: Int
    var job: String?
    var at: ContinuousClock.Instant
    /// Whether one of its workers has been ready.
    var hasBegun = false
    /// Since when all of its workers have ended, in attended seconds.
    var overSince: Double?
    var isCounted = false
  }

  var all: [String: Submission] = [:]
  /// Asked for, and not yet told of.
  var askedCount = 0
  /// Submissions in a row of which no worker was ever ready.
  var failures = 0
  /// Where a machine has failed, in the order in which that happened.
  var excludedHosts: [String] = []
  var lastReport: SchedulerReport?
  /// Why the scheduler cannot be asked; nil while it can.
  var trouble: String?
  /// Why it has refused further workers; nil if it has not.
  var refusal: String?

  mutating func hasBegun(_ token: String) {
    all[token]?.hasBegun = true
    failures = 0
  }
}

extension RemoteWorkers {
  private static let mostFailures = 3

  func take(_ news: SchedulerNews) {
    switch news {
    case .submitted(let token, let count, let job):
      submissions.all[token] = Submissions.Submission(
        count: count, job: job, at: clock.now)
      submissions.askedCount = max(0, submissions.askedCount - count)
      submissions.refusal = nil
    case .refused(let reason): refused(reason)
    case .unreachable(let text):
      if submissions.trouble == nil {
        submissions.trouble = text
        setting.note(
          "\(scheduler.name) cannot be asked (\(text)); the run continues with what the workers write"
        )
      }
    case .report(let report):
      if submissions.trouble != nil { setting.note("\(scheduler.name) answers again") }
      submissions.trouble = nil
      take(report)
    }
  }

  private func refused(_ reason: String) {
    submissions.askedCount = 0
    if !submissions.excludedHosts.isEmpty {
      // Perhaps there are no other machines.
      setting.note(
        "\(scheduler.name) refuses workers without \(submissions.excludedHosts.joined(separator: ", ")): "
          + "these machines are used again")
      submissions.excludedHosts = []
      return
    }
    guard submissions.refusal != reason else { return }
    submissions.refusal = reason
    let live = submissions.lastReport?.workers.contains { !$0.isOver } ?? false
    if live {
      setting.note("\(scheduler.name) refuses further workers: \(reason)")
    } else {
      problem = problem ?? .worker("\(scheduler.name) refuses to start workers: \(reason)")
    }
  }

  private func take(_ report: SchedulerReport) {
    submissions.lastReport = report
    var newest: [String: ScheduledWorker] = [:]
    for worker in report.workers {
      let name = "\(worker.token).\(worker.index)"
      if newest[name].map({ worker.isNewer(than: $0) }) ?? true { newest[name] = worker }
      if case .ended(let end) = worker.phase, end.isOfHost { exclude(worker.host, end) }
    }
    for (name, lease) in leases where !lease.isOver && lease.opened < report.asked {
      let worker = newest["\(name.token).\(name.index)"]
      leases[name]?.isSuspended = worker?.phase == .suspended
      let end = RemoteWorkers.end(of: name, worker)
      if let end {
        leases[name]?.gone = (lease.gone?.since ?? attendedSeconds, end, worker?.exit)
        if end == .requeued { noteRequeued(lease) }
      } else {
        leases[name]?.gone = nil
      }
    }
    countFailures(report)
  }

  /// How the scheduler says that a worker has ended; nil if it has not.
  private static func end(of name: LeaseName, _ worker: ScheduledWorker?) -> SchedulerEnd? {
    guard let worker else { return .forgotten }
    if worker.restarts > name.restarts { return .requeued }
    if case .ended(let end) = worker.phase { return end }
    return nil
  }

  /// A worker is begun again under the same number where its machine has failed or it had to make room.
  private func noteRequeued(_ lease: RemoteLease) {
    guard lease.gone == nil, let hello = lease.hello else { return }
    setting.note(
      "\(scheduler.name) has put the worker on \(hello.host) into its queue again"
        + (hello.job.map { " (job \($0))" } ?? ""))
  }

  private func exclude(_ host: String?, _ end: SchedulerEnd) {
    guard let host, !host.isEmpty, !submissions.excludedHosts.contains(host) else { return }
    submissions.excludedHosts.append(host)
    setting.note(
      "machine \(host) has failed (\(end.rawValue)): no further workers are started there")
  }

  /// Ends the run where nothing can be started: each submission counts as one failure, after the time in which a
  /// worker's file may still be seen.
  private func countFailures(_ report: SchedulerReport) {
    let live = Set(report.workers.filter { !$0.isOver }.map(\.token))
    for (token, submission) in submissions.all
    where !submission.isCounted && submission.at < report.asked {
      if live.contains(token) || submission.hasBegun { continue }
      guard let since = submission.overSince else {
        submissions.all[token]?.overSince = attendedSeconds
        scheduler.lookAgain()
        continue
      }
      guard attendedSeconds - since >= setting.graceSeconds else {
        scheduler.lookAgain()
        continue
      }
      submissions.all[token]?.isCounted = true
      submissions.failures += 1
      if submissions.failures >= RemoteWorkers.mostFailures {
        problem = problem ?? .worker(failure(of: token, report))
      }
    }
  }

  private func failure(of token: String, _ report: SchedulerReport) -> String {
    let last = report.workers.first { $0.token == token }
    var text =
      "\(scheduler.name): \(submissions.failures) submissions in a row ended before a worker was ready"
    if let last, case .ended(let end) = last.phase {
      text += "; job \(last.job): \(end.rawValue)" + (last.host.map { " on \($0)" } ?? "")
    }
    let log = scheduler.log(of: token, index: last?.index ?? 0)
    return text + (log.isEmpty ? "; its log is empty" : "; its log ends with: \(log)")
  }

  /// Asks for the workers that are missing, once it is known which there are.
  func startMissing() {
    guard let report = submissions.lastReport, submissions.askedCount == 0, problem == nil,
      submissions.trouble == nil, submissions.refusal == nil, !tasks.isEmpty
    else { return }
    // What has been submitted since is not in the report.
    let unseen = submissions.all.filter { $0.value.at >= report.asked }
    // While one may still turn out to have failed, no further ones follow.
    let isDoubtful = submissions.all.values.contains {
      $0.overSince != nil && !$0.isCounted && !$0.hasBegun
    }
    guard unseen.isEmpty, !isDoubtful else { return }
    let live = report.workers.count { worker in
      !worker.isOver && !isEnding(worker)
    }
    let missing = wantedCount - live
    guard missing > 0 else { return }
    submissions.askedCount = missing
    scheduler.start(missing, excluding: submissions.excludedHosts)
  }

  /// Whether a worker that runs will take no further task.
  private func isEnding(_ worker: ScheduledWorker) -> Bool {
    leases.values.contains {
      $0.name.token == worker.token && $0.name.index == worker.index
        && $0.name.restarts == worker.restarts && ($0.isEnding || $0.isOver)
    }
  }

  /// How many workers there are and what they wait for, for people.
  var counts: WorkerCounts {
    let workers = submissions.lastReport?.workers.filter { !$0.isOver } ?? []
    var reasons: [String] = []
    for case .waiting(let reason) in workers.map(\.phase)
    where !reason.isEmpty && reason != "None" && !reasons.contains(reason) {
      reasons.append(reason)
    }
    let suspended = workers.count { $0.phase == .suspended }
    if suspended > 0 { reasons.append("suspended") }
    let waiting = workers.count { if case .waiting = $0.phase { true } else { false } } + suspended
    let jobs = Set(workers.map { String($0.job.prefix { $0 != "_" }) })
    return WorkerCounts(
      executor: scheduler.name, wanted: wantedCount,
      ready: leases.values.count { $0.isReady && $0.isAlive && !$0.isOver },
      running: workers.count - waiting, waiting: waiting, jobs: jobs.sorted(),
      reasons: reasons, excludedHosts: submissions.excludedHosts,
      trouble: submissions.trouble ?? submissions.refusal)
  }
}
