import Foundation

// Workers that are at work: whether they take too long, and whether they say anything.

extension LocalProcesses {
  /// Looks at a worker whose process runs.
  ///
  /// - Parameter seconds: What has passed since it was looked at last.
  func watch(_ worker: Worker, _ process: WorkerProcess, secondsPassed seconds: Double) {
    if let ending = process.ending {
      if ending.killAt <= .now { process.send(SIGKILL) }
      return
    }
    guard process.isReady, let request = worker.request else { return }
    worker.takenSeconds += seconds
    worker.silentSeconds += seconds
    let limit = request.task.timeLimitSeconds(settings.limits)
    if let limit, worker.takenSeconds > limit {
      end(process, request.id)
    } else {
      noteSilence(worker, process, request.task)
    }
  }

  /// Ends a process whose time is over.
  private func end(_ process: WorkerProcess, _ request: Int) {
    let wasStopped = process.isStopped
    // A stopped process hears nothing else.
    process.send(wasStopped ? SIGKILL : SIGTERM)
    process.ending = WorkerProcess.Ending(
      request: request, wasStopped: wasStopped,
      killAt: .now + .seconds(settings.graceSeconds))
  }

  /// Tells once of a worker that says nothing.
  private func noteSilence(_ worker: Worker, _ process: WorkerProcess, _ task: StudentTask) {
    let patience = settings.silenceSeconds
    guard !worker.hasToldSilence, worker.silentSeconds > min(patience.stopped, patience.any),
      process.isStopped || worker.silentSeconds > patience.any
    else { return }
    worker.hasToldSilence = true
    note(
      String(
        format: "%@: worker %d (process %d) has said nothing for %.0f s: %@", task.words,
        worker.index, process.id, worker.silentSeconds, process.stateWords))
  }
}

extension WorkerProcess {
  /// Whether somebody has stopped it, by SIGSTOP or with a debugger.
  var isStopped: Bool { ["T", "t"].contains(state) }

  /// What it does, for people.
  fileprivate var stateWords: String {
    switch state {
    case "T", "t": "it is stopped (T), and continues with kill -CONT \(id)"
    case "D": "it waits for a disk (D)"
    case "R": "it computes (R)"
    case let state?: "it sleeps (\(state))"
    case nil: "it is not there"
    }
  }
}
