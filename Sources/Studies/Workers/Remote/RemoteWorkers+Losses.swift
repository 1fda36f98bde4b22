import Processes

// When a worker has gone, and what becomes of the task that it was at.

extension RemoteWorkers {
  /// Gives up the workers whose scheduler says that they have gone and whose files have been silent for the grace,
  /// those that have said their last word, and those that are silent although they run.
  ///
  /// Silence is measured in attended seconds: in a time in which nobody looked, nobody was silent.
  func loseSilentLeases() {
    for lease in leases.values where !lease.isOver {
      let silentSeconds = attendedSeconds - lease.lastChange
      if lease.hasEnded, !lease.hasGap || silentSeconds >= setting.graceSeconds {
        lose(lease.name, .left)
      } else if let gone = lease.gone {
        let goneSeconds = attendedSeconds - gone.since
        if min(silentSeconds, goneSeconds) >= setting.graceSeconds {
          lose(lease.name, gone.end, exit: gone.exit)
        }
      } else if submissions.trouble == nil, silentSeconds >= longestSilenceSeconds {
        if lease.isSuspended {
          // It may continue, and has to answer then before it gets another task.
          takeBack(from: lease, .suspended, exit: nil)
          continue
        }
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
    takeBack(from: lease, end, exit: exit)
  }

  /// Has a worker that was given up, and lives all the same, end after what it is at: it would keep its machine for
  /// nothing.
  func letGo(_ name: LeaseName) {
    guard let lease = leases[name], lease.isOver, !lease.isLetGo, !lease.hasEnded, lease.isAlive
    else { return }
    leases[name]?.isLetGo = true
    watch.ask(name, RunRecord(.end))
  }

  private func takeBack(from lease: RemoteLease, _ end: SchedulerEnd, exit: ChildProcess.End?) {
    let name = lease.name
    let lost = tasks.values.filter { $0.lease == name && !hasFinished($0.number) }
      .sorted { $0.number < $1.number }
    guard !lost.isEmpty else { return }
    let log = scheduler.log(of: name.token, index: name.index)
    let loss = end.loss(exit: exit, log: log)
    for task in lost { retry(task, after: lease, end, loss, log) }
  }

  /// Records that a worker has stopped a task that took longer than the study allows. The worker itself continues.
  func timedOut(_ name: String, on lease: RemoteLease) {
    leases[lease.name]?.asked.removeAll { $0 == name }
    leases[lease.name]?.answered += 1
    // What another one is at by now is not lost with it.
    guard
      var task = tasks.values.first(where: { $0.name == name && $0.lease == lease.name }),
      !hasFinished(task.number)
    else { return }
    task.lease = nil
    task.blamedLosses += 1
    let place =
      (lease.hello?.job.map { "job \($0)" } ?? "its worker")
      + (lease.hello.map { " on \($0.host)" } ?? "")
    let seen = "\(place): ended after the time that trial_limits gives it"
    tasks[task.number] = task
    if task.blamedLosses >= setting.retries.attempts {
      return finish(task, .lost(.timedOut, note: seen))
    }
    setting.note("\(task.task.words): \(seen); it is tried once more")
    waiting.insert(task.number, at: 0)
  }

  /// Gives a lost task to another worker, or ends it where it was lost too often by its own doing.
  ///
  /// A job's time limit is the cluster's, and never a task's doing. Where jobs are too short for it, the run ends: a
  /// task that had all of a job's time and came no further than before would do so again. A full training continues
  /// from its checkpoint.
  private func retry(
    _ lost: RemoteTask, after lease: RemoteLease, _ end: SchedulerEnd, _ loss: ProcessLoss?,
    _ log: String
  ) {
    var task = lost
    task.lease = nil
    let host = lease.hello.map { " on \($0.host)" } ?? ""
    let line = WorkerLogs.tellingLine(of: log).map { ": \($0)" } ?? ""
    let place = lease.hello?.job.map { "job \($0)\(host)" } ?? "its worker\(host)"
    if end == .timedOut, lease.isReady, lease.answered == 0 {
      let hasStalled = task.lostShare.map { task.share <= $0 + 0.01 } ?? true
      task.shortJobsInARow = hasStalled ? task.shortJobsInARow + 1 : 0
      guard task.shortJobsInARow < setting.retries.attempts else {
        problem =
          problem
          ?? .worker(
            "\(task.task.words): \(task.shortJobsInARow) jobs in a row reached their time limit before it came "
              + "any further (\(place): \(end.rawValue)). That says nothing about the student: everything "
              + "finished is kept, and the same command continues where executor.\(scheduler.name).time gives "
              + "jobs more time")
        return
      }
    }
    switch loss {
    // What was lost before a worker was ready says nothing.
    case .own(let kind, let seen)? where lease.isReady:
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
}
