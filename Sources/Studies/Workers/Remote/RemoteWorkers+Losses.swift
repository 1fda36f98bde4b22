import Processes

// When a worker has gone, and what becomes of the task that it was at.

extension RemoteWorkers {
  /// Gives up the workers whose scheduler says that they have gone and whose files have been silent for the grace,
  /// and those that are silent although they run.
  func loseSilentLeases() {
    for lease in leases.values where !lease.isOver {
      let silentSeconds = lease.lastChange.duration(to: .now) / .seconds(1)
      if let gone = lease.gone {
        let goneSeconds = gone.since.duration(to: .now) / .seconds(1)
        if min(silentSeconds, goneSeconds) >= setting.graceSeconds {
          lose(lease.name, gone.end, exit: gone.exit)
        }
      } else if submissions.trouble == nil, silentSeconds >= longestSilenceSeconds {
        if let hello = lease.hello, !lease.asked.isEmpty {
          setting.note(
            "the worker on \(hello.host) has written nothing for \(Int(silentSeconds)) s: its task is "
              + "given to another one")
        }
        lose(lease.name, .silent)
      }
    }
  }

  /// How long a worker that runs may write nothing. It shows far more often that it lives.
  private var longestSilenceSeconds: Double {
    10 * setting.graceSeconds + 20 * setting.beatSeconds
  }

  /// Takes a worker for gone.
  ///
  /// Files that come later are still read: a result counts if it is the first.
  ///
  /// - Parameter exit: How its process ended, where the scheduler says it.
  func lose(_ name: LeaseName, _ end: SchedulerEnd, exit: ChildProcess.End? = nil) {
    guard let lease = leases[name], !lease.isOver else { return }
    leases[name]?.isOver = true
    leases[name]?.asked = []
    scheduler.lookAgain()
    let lost = tasks.values.filter { $0.lease == name && !hasFinished($0.number) }
      .sorted { $0.number < $1.number }
    guard !lost.isEmpty else { return }
    let log = scheduler.log(of: name.token, index: name.index)
    let loss = end.loss(exit: exit, log: log)
    for task in lost { retry(task, after: lease, end, loss, log) }
  }

  /// Gives a lost task to another worker, or ends it where it was lost too often by its own doing.
  private func retry(
    _ lost: RemoteTask, after lease: RemoteLease, _ end: SchedulerEnd, _ loss: ProcessLoss?,
    _ log: String
  ) {
    var task = lost
    task.lease = nil
    let host = lease.hello.map { " on \($0.host)" } ?? ""
    let line = WorkerLogs.tellingLine(of: log).map { ": \($0)" } ?? ""
    let place = lease.hello?.job.map { "job \($0)\(host)" } ?? "its worker\(host)"
    switch loss {
    case .own(let kind, let seen)? where isBlamed(task, lease, end):
      task.blamedLosses += 1
      let seen = "\(place): \(end.rawValue)" + (seen == end.rawValue ? "" : ", \(seen)") + line
      if task.blamedLosses >= setting.retries.attempts {
        tasks[task.number] = task
        return finish(task, .lost(kind, note: seen))
      }
      setting.note("\(task.task.words): its worker was lost (\(seen)); it is tried once more")
    case .killed(let seen)?:
      task.killsInARow += 1
      guard task.killsInARow < setting.retries.mostKills else {
        problem =
          problem
          ?? .worker(
            "\(task.task.words): its worker was ended from outside \(task.killsInARow) times in a row "
              + "(\(seen)\(line)), and no other training got on meanwhile. That says nothing about the "
              + "student: everything finished is kept, and the same command continues")
        return
      }
      setting.note(
        "\(task.task.words): its worker was ended from outside (\(place): \(seen)); it begins again"
      )
    case .own?, nil:
      setting.note(
        "\(task.task.words): its worker has gone (\(place): \(end.rawValue)); it begins again")
    }
    task.lostShare = task.share
    tasks[task.number] = task
    waiting.insert(task.number, at: 0)
  }

  /// Whether a loss is the task's own doing.
  ///
  /// A job's time limit is the task's fault only if the task had all of its time and came no further than before: a
  /// full training continues from its checkpoint. What was lost before a worker was ready says nothing.
  private func isBlamed(_ task: RemoteTask, _ lease: RemoteLease, _ end: SchedulerEnd) -> Bool {
    guard lease.isReady else { return false }
    guard end == .timedOut else { return true }
    guard lease.answered == 0 else { return false }
    return task.lostShare.map { task.share <= $0 + 0.01 } ?? true
  }
}
