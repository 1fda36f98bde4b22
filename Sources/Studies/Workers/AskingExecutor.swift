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
