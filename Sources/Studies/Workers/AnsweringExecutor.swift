/// Answers what is known of trainings, and has another executor do the rest.
final class AnsweringExecutor: TaskExecutor {
  private let inner: any TaskExecutor
  private let known: KnownTrainings
  /// Answered and not given back, by number.
  private var answered: [(number: Int, task: StudentTask, result: TaskResult)] = []
  /// The numbers of tasks that `inner` does, by its own.
  private var numbers: [Int: Int] = [:]
  private var submittedCount = 0

  init(_ inner: any TaskExecutor, knowing known: KnownTrainings) {
    (self.inner, self.known) = (inner, known)
  }

  var capacity: Int { inner.capacity }
  var processorSeconds: Double { inner.processorSeconds }
  var workerCounts: WorkerCounts? { inner.workerCounts }

  var running: [RunningTask] {
    let others = inner.running.map { task in
      RunningTask(
        number: numbers[task.number] ?? task.number, task: task.task, share: task.share,
        place: task.place)
    }
    return
      (answered.map { RunningTask(number: $0.number, task: $0.task, share: 1) } + others)
      .sorted { $0.number < $1.number }
  }

  var runningCount: Int { answered.count + inner.runningCount }

  func submit(_ task: StudentTask) -> Int {
    let number = submittedCount
    submittedCount += 1
    if let result = known.result(of: task) {
      answered.append((number, task, result))
    } else {
      numbers[inner.submit(task)] = number
    }
    return number
  }

  func wait(tick: () throws -> Void) throws -> (number: Int, outcome: TaskOutcome) {
    if !answered.isEmpty {
      let first = answered.removeFirst()
      return (first.number, .ended(first.result))
    }
    let (number, outcome) = try inner.wait(tick: tick)
    return (numbers.removeValue(forKey: number) ?? number, outcome)
  }
}
