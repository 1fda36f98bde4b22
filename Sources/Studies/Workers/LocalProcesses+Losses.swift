import Foundation

// What becomes of a worker whose process has ended, and of its task.

extension LocalProcesses {
  /// Starts the processes that are due.
  func startProcesses() throws {
    for worker in workers where worker.process == nil && worker.startAt <= .now {
      do {
        worker.process = try WorkerProcess(command: command(of: worker))
      } catch StudyError.cannotStartWorker(let command, let reason) {
        // Another time there may be room for it again.
        failedStarts += 1
        guard failedStarts < settings.retries.mostFailedStarts else {
          throw StudyError.cannotStartWorker(command: command, reason: reason)
        }
        worker.startAt = .now + .seconds(1)
        continue
      }
      begin(worker)
    }
  }

  /// Has a worker whose process has ended start another one, unless it is hopeless.
  func replace(_ process: WorkerProcess, of worker: Worker) throws {
    worker.startAt = .now
    let loss = commands.meaning(of: process.loss)
    // Where there are several machines, the next process is on another one.
    defer { hosts.advance(worker.index) }
    // A worker that never got to its task says nothing about it, nor does one that has none, or another one than
    // that whose time was over.
    guard process.isReady else { return try countFailedStart(process, loss, worker) }
    guard let request = worker.request, process.ending?.request ?? request.id == request.id else {
      return
    }
    let name = request.task.words
    var lost = losses[request.id] ?? Losses()
    lost.bestShare = max(lost.bestShare, worker.share)
    switch loss {
    case .own(let kind, let seen):
      lost.own += 1
      losses[request.id] = lost
      let seen = told(process, seen, request, attempt: lost.own + lost.kills)
      if lost.own < settings.retries.attempts {
        note("\(name): its worker was lost (\(seen)); it is tried once more")
      } else {
        finish(worker, .lost(kind, note: seen))
      }
    case .killed(let seen):
      (lost.kills, lost.killsInARow) = (lost.kills + 1, lost.killsInARow + 1)
      losses[request.id] = lost
      let seen = told(process, seen, request, attempt: lost.own + lost.kills)
      guard lost.killsInARow < settings.retries.mostKills else {
        throw StudyError.worker(
          "\(name): its worker was ended from outside \(lost.killsInARow) times in a row (\(seen)), and no "
            + "other training got on meanwhile. That says nothing about the student: everything "
            + "finished is kept, and the same command continues"
            + (seen.contains("out-of-memory")
              ? "; fewer --workers need less memory, and trial_limits.memory_mib limits a training's"
              : ""))
      }
      let pause = settings.retries.pauseSeconds(afterKills: lost.killsInARow)
      worker.startAt = .now + .seconds(pause)
      note(
        "\(name): its worker was ended from outside (\(seen)); it begins again"
          + (pause > 0 ? String(format: " in %.3g s", pause) : ""))
    }
  }

  /// Keeps what a lost process has written, and returns what was seen of its end with the line that says most.
  private func told(
    _ process: WorkerProcess, _ seen: String, _ request: WorkerRequest, attempt: Int
  ) -> String {
    let errors = process.errors
    guard let line = WorkerLogs.tellingLine(of: errors) else { return seen }
    let path = logs.add(
      errors, to: request.task.fileName,
      heading: "\(request.task.words), attempt \(attempt), process \(process.id): \(seen)")
    return "\(seen); \(path.map { "\($0): " } ?? "")\(line)"
  }

  private func countFailedStart(
    _ process: WorkerProcess, _ loss: ProcessLoss, _ worker: Worker
  ) throws {
    if commands.hosts.count > 1 { return try countFailedStart(on: worker, process, loss) }
    let (count, most, seen): (Int, Int, String)
    switch loss {
    case .own(_, let what):
      failedStarts += 1
      (count, most, seen) = (failedStarts, settings.retries.mostFailedStarts, what)
    case .killed(let what):
      killedStarts += 1
      (count, most, seen) = (killedStarts, settings.retries.mostKills, what)
      worker.startAt = .now + .seconds(settings.retries.pauseSeconds(afterKills: killedStarts))
    }
    guard count < most else {
      let line = WorkerLogs.tellingLine(of: process.errors).map { ": \($0)" } ?? ""
      throw StudyError.cannotStartWorker(
        command: command(of: worker).joined(separator: " "),
        reason: "it ended \(count) times before it was ready (\(seen))\(line)")
    }
  }

  /// Takes a machine out on which workers do not start, as long as there is another one.
  private func countFailedStart(
    on worker: Worker, _ process: WorkerProcess, _ loss: ProcessLoss
  ) throws {
    guard hosts.hasFailed(worker.index) else { return }
    let line = WorkerLogs.tellingLine(of: process.errors).map { ": \($0)" } ?? ""
    let reason =
      "it ended \(settings.retries.mostFailedStarts) times before it was ready (\(loss.seen))\(line)"
    guard !hosts.isExhausted else {
      throw StudyError.cannotStartWorker(
        command: command(of: worker).joined(separator: " "),
        reason: reason + "; no other host is left")
    }
    note("host \(hosts.host(of: worker.index)): no further workers are started there: \(reason)")
  }
}
