/// Workers on other machines, as one stage of a run sees them: they stay when the stage is over.
final class RemoteExecutor: TaskExecutor {
  let capacity: Int
  private let workers: RemoteWorkers
  private let flashFraction: Double
  /// What the workers had taken before.
  private let earlierProcessorSeconds: Double
  private var numbers: Set<Int> = []

  /// - Parameters:
  ///   - capacity: The most tasks at once; as many workers are asked for.
  ///   - flashFraction: The study's own, as it has found it.
  init(_ workers: RemoteWorkers, capacity: Int, flashFraction: Double) {
    (self.workers, self.capacity, self.flashFraction) = (workers, capacity, flashFraction)
    earlierProcessorSeconds = workers.processorSeconds
    workers.wantedCount = max(workers.wantedCount, capacity)
  }

  deinit { workers.forget(Array(numbers)) }

  var running: [RunningTask] { workers.running }
  var processorSeconds: Double { workers.processorSeconds - earlierProcessorSeconds }
  var workerCounts: WorkerCounts? { workers.counts }

  func submit(_ task: StudentTask) -> Int {
    precondition(idleCount > 0, "all \(capacity) workers are busy")
    let number = workers.submit(task.stating(flashFraction: flashFraction))
    numbers.insert(number)
    return number
  }

  func wait(tick: () throws -> Void) throws -> (number: Int, outcome: TaskOutcome) {
    let ended = try workers.wait(tick: tick)
    numbers.remove(ended.number)
    return ended
  }
}
