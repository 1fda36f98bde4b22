/// Answers what has been told of trainings elsewhere, and has another executor do the rest.
final class ToldExecutor: TaskExecutor {
  private let inner: any TaskExecutor
  private let told: [TrainingName: JournalEvent.Told]
  /// The study's own flash fraction.
  private let fraction: Double
  /// Answered and not given back, by number.
  private var answered: [(number: Int, task: StudentTask, result: TaskResult)] = []
  /// The numbers of tasks that `inner` does, by its own.
  private var numbers: [Int: Int] = [:]
  private var submittedCount = 0

  init(
    _ inner: any TaskExecutor, told: [JournalEvent.Told], flashFraction fraction: Double
  ) {
    (self.inner, self.fraction) = (inner, fraction)
    self.told = Dictionary(told.map { ($0.training, $0) }, uniquingKeysWith: { first, _ in first })
  }

  var capacity: Int { inner.capacity }
  var processorSeconds: Double { inner.processorSeconds }

  var running: [RunningTask] {
    let others = inner.running.map { task in
      RunningTask(number: numbers[task.number] ?? task.number, task: task.task, share: task.share)
    }
    return
      (answered.map { RunningTask(number: $0.number, task: $0.task, share: 1) } + others)
      .sorted { $0.number < $1.number }
  }

  func submit(_ task: StudentTask) -> Int {
    let number = submittedCount
    submittedCount += 1
    if let name = task.name(flashFraction: fraction), let told = told[name] {
      answered.append((number, task, TaskResult(told, of: task)))
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

/// Does nothing: takes tasks as long as there is room, then says which they are.
final class AskingExecutor: TaskExecutor {
  /// What is to be done elsewhere before the study can continue.
  struct Asked: Error {
    var tasks: [StudentTask]
  }

  let capacity: Int
  let processorSeconds = 0.0
  private(set) var running: [RunningTask] = []

  init(capacity: Int) { self.capacity = capacity }

  func submit(_ task: StudentTask) -> Int {
    running.append(RunningTask(number: running.count, task: task, share: 0))
    return running.count - 1
  }

  func wait(tick: () throws -> Void) throws -> (number: Int, outcome: TaskOutcome) {
    throw Asked(tasks: running.map(\.task))
  }
}

extension StudentTask {
  /// What the task trains; nil for one that no study has.
  ///
  /// - Parameter fraction: The study's own flash fraction.
  func name(flashFraction fraction: Double) -> TrainingName? {
    switch work {
    case .flash(let flash):
      flash.variant != nil
        ? nil
        : TrainingName(
          key: key, kind: .flash, repetition: flash.repetition, isBaseline: false,
          fraction: flash.fraction ?? fraction)
    case .full(let full):
      TrainingName(
        key: key, kind: .full, repetition: full.repetition, isBaseline: full.isBaseline,
        fraction: nil)
    case .test:
      TrainingName(key: key, kind: .test, repetition: 0, isBaseline: false, fraction: nil)
    case .robustness: nil
    }
  }
}

extension TaskResult {
  /// What was told, as far as a task asks for it.
  fileprivate init(_ told: JournalEvent.Told, of task: StudentTask) {
    let isEnded = told.validation != nil || told.training.kind == .test
    self.init(isEnded ? .measured : .diverged, validation: told.validation, seconds: told.seconds)
    switch task.work {
    case .flash(let flash): repeats = flash.isRepeated ? told.repeats : nil
    case .full(let full): test = full.usesTest ? told.test : nil
    case .test: test = told.test
    case .robustness: break
    }
  }
}
