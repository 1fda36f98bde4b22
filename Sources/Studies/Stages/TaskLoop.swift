/// Gives tasks to an executor as long as there are any, and records what comes of them.
package struct TaskLoop {
  let context: StudyContext
  let executor: any TaskExecutor

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
      next: { waiting.popFirst() },
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
  /// - Parameters:
  ///   - next: Called whenever the executor has room for a task; nil where there is none before another one
  ///     has ended. Over when there is none and all have ended.
  ///   - advance: Told several times a second how much of the running tasks is done, in tasks.
  ///   - record: Called with what came of each task, and what it was for.
  /// - Throws: `StudyError.interrupted` if the user wants to stop, and whatever the arguments throw.
  package func run<Purpose>(
    next: () throws -> (purpose: Purpose, task: StudentTask)?, advance: (Double) -> Void,
    record: (Purpose, TaskOutcome) throws -> Void
  ) throws {
    var purposes: [Int: Purpose] = [:]
    while true {
      try context.checkCancelled()
      while executor.idleCount > 0, let (purpose, task) = try next() {
        purposes[executor.submit(task)] = purpose
      }
      if executor.isIdle { return }
      let (number, outcome) = try executor.wait {
        try context.checkCancelled()
        advance(executor.running.reduce(0) { $0 + $1.share })
      }
      guard let purpose = purposes.removeValue(forKey: number) else {
        preconditionFailure("task \(number) has ended, which was not given to the executor here")
      }
      try record(purpose, outcome)
    }
  }
}
