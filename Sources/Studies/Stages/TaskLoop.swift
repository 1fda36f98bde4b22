/// Gives tasks to an executor as long as there are any, and records what comes of them.
package struct TaskLoop {
  let context: StudyContext
  let executor: any TaskExecutor
  private let told = Told()

  package init(_ executor: any TaskExecutor, context: StudyContext) {
    (self.executor, self.context) = (executor, context)
  }

  /// Runs tasks, the first one first, and waits for all of them.
  ///
  /// - Parameters:
  ///   - tasks: Each with what it is for.
  ///   - total: What the user is told that there is to do, `finished` of which are done already; nil: these
  ///     tasks.
  ///   - detail: What the tasks are, for the user.
  ///   - record: Called with what came of each, as soon as it has ended.
  package func run<Purpose>(
    _ tasks: [(purpose: Purpose, task: StudentTask)], finished: Int = 0, total: Int? = nil,
    detail: String, record: (Purpose, TaskOutcome) throws -> Void
  ) throws {
    var waiting = tasks[...]
    var done = finished
    try run(
      next: {
        if !waiting.isEmpty { try context.checkLimits() }
        return waiting.popFirst()
      },
      advance: { share in
        context.report(
          .advance(
            done: Double(done) + share, total: total ?? tasks.count, detail: detail))
      },
      record: { purpose, outcome in
        done += 1
        try record(purpose, outcome)
      })
  }

  /// Runs tasks that become known on the way.
  ///
  /// Where a limit of the run is reached, flash trainings that run may end, since nothing is kept of half a
  /// one; full trainings are stopped, and continue from their checkpoints another time.
  ///
  /// - Parameters:
  ///   - next: Called whenever the executor has room for a task; nil where there is none before another one
  ///     has ended. Over when there is none and all have ended. May throw `StudyError.limitReached`.
  ///   - advance: Told several times a second how much of the running tasks is done, in tasks.
  ///   - record: Called with what came of each task, and what it was for.
  /// - Throws: `StudyError.interrupted` if the user wants to stop, `StudyError.limitReached`, and whatever the
  ///   arguments throw.
  package func run<Purpose>(
    next: () throws -> (purpose: Purpose, task: StudentTask)?, advance: (Double) -> Void,
    record: (Purpose, TaskOutcome) throws -> Void
  ) throws {
    var purposes: [Int: (purpose: Purpose, began: SuspendingClock.Instant)] = [:]
    var limit: RunLimit?
    while true {
      try context.checkCancelled()
      do {
        while limit == nil, executor.idleCount > 0, let (purpose, task) = try next() {
          purposes[executor.submit(task)] = (purpose, .now)
        }
      } catch StudyError.limitReached(let reached) {
        limit = reached
      }
      if let limit, !executor.runsFlash { throw StudyError.limitReached(limit) }
      if executor.isIdle {
        context.report(.running([]))
        return
      }
      let (number, outcome) = try executor.wait {
        try context.checkCancelled()
        // With a thousand workers there is news all the time.
        guard told.isDue else { return }
        meterExecutor()
        reportWorkers()
        if !executor.runsFlash { try context.checkLimits() }
        advance(executor.running.reduce(0) { $0 + $1.share })
        let running = executor.running
        for task in running where !task.hasBegun { purposes[task.number]?.began = .now }
        context.report(
          .running(
            running.map { task in
              RunningTraining(
                task,
                seconds: purposes[task.number].map { $0.began.duration(to: .now) / .seconds(1) }
                  ?? 0)
            }))
      }
      meterExecutor()
      guard let purpose = purposes.removeValue(forKey: number)?.purpose else {
        preconditionFailure("task \(number) has ended, which was not given to the executor here")
      }
      try record(purpose, outcome)
    }
  }

  /// Tells of the executor's workers where they have changed.
  private func reportWorkers() {
    guard let counts = executor.workerCounts, counts != told.workers else { return }
    told.workers = counts
    context.report(.workers(counts))
  }

  /// Has the run's meter know what the executor has taken since it was asked last.
  private func meterExecutor() {
    let seconds = executor.processorSeconds
    context.meter.add(processorSeconds: seconds - told.seconds)
    told.seconds = seconds
  }
}

/// What has been told of an executor, and when; shared by the loops within a loop.
private final class Told {
  /// How much of its processor time is known to the run's meter.
  var seconds = 0.0
  var workers: WorkerCounts?
  private var latest: ContinuousClock.Instant?
  private static let pause = Duration.milliseconds(100)

  /// Whether it is time to tell again how far the tasks are; if so, it is told now.
  var isDue: Bool {
    let now = ContinuousClock.now
    if let latest, latest.duration(to: now) < Told.pause { return false }
    latest = now
    return true
  }
}

extension TaskExecutor {
  /// Whether any flash training is being worked on; one that waits for a worker is not.
  fileprivate var runsFlash: Bool {
    running.contains { running in
      if running.hasBegun, case .flash = running.task.work { return true }
      return false
    }
  }
}
