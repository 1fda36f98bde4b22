import Distillation
import FileFormats
import Foundation
import HardwareProfiles

/// The time of a simulation and what was given out in it, shared by the executors of its stages.
final class SimulatedWorld: @unchecked Sendable {  // For one thread.
  /// Since the simulation began, in simulated seconds.
  var seconds = 0.0
  var work = SimulatedWork()
  /// Where weights are left.
  let folder: StudyFolder
  /// Returns what a task takes and comes to.
  let perform: (StudentTask) throws -> SimulatedTrainings.Execution

  init(
    _ folder: StudyFolder,
    perform: @escaping (StudentTask) throws -> SimulatedTrainings.Execution
  ) {
    (self.folder, self.perform) = (folder, perform)
  }
}

/// Executes nothing: tasks end when a clock that nobody waits for says so.
///
/// Of a full training it leaves what a worker leaves, empty, so that the study finds its students' weights.
final class SimulatedExecutor: TaskExecutor {
  let capacity: Int
  let processorSeconds = 0.0

  private struct Busy {
    let task: StudentTask
    let began: Double
    let ends: Double
    let outcome: TaskOutcome
  }

  private let world: SimulatedWorld
  private var busy: [Int: Busy] = [:]
  private var ends = EarliestFirst()
  private var submittedCount = 0
  private var failure: (any Error)?
  private var lastTick = ContinuousClock.now

  /// How often whoever waits is told, in real time.
  private static let pause = Duration.milliseconds(200)

  init(capacity: Int, in world: SimulatedWorld) {
    (self.capacity, self.world) = (capacity, world)
    world.work.beginStage()
  }

  var runningCount: Int { busy.count }

  var running: [RunningTask] {
    busy.sorted { $0.key < $1.key }.map { number, busy in
      RunningTask(
        number: number, task: busy.task,
        share: min(1, (world.seconds - busy.began) / max(1e-9, busy.ends - busy.began)))
    }
  }

  func submit(_ task: StudentTask) -> Int {
    precondition(busy.count < capacity, "all \(capacity) workers are busy")
    let number = submittedCount
    submittedCount += 1
    do {
      let execution = try world.perform(task)
      world.work.add(execution, of: task, isIdle: busy.isEmpty)
      let ends = world.seconds + execution.seconds
      busy[number] = Busy(
        task: task, began: world.seconds, ends: ends, outcome: execution.outcome)
      self.ends.insert((ends, number))
    } catch {
      // Told by `wait`, which may throw.
      failure = failure ?? error
      busy[number] = Busy(
        task: task, began: world.seconds, ends: world.seconds,
        outcome: .lost(.failed, note: "\(error)"))
      ends.insert((world.seconds, number))
    }
    return number
  }

  func wait(tick: () throws -> Void) throws -> (number: Int, outcome: TaskOutcome) {
    if let failure { throw failure }
    if lastTick.duration(to: .now) > SimulatedExecutor.pause {
      lastTick = .now
      try tick()
    }
    guard let (time, number) = ends.takeFirst(), let ended = busy.removeValue(forKey: number) else {
      preconditionFailure("waited for without a task")
    }
    world.seconds = max(world.seconds, time)
    if case .full(let work) = ended.task.work, !work.isBaseline, work.repetition == 0,
      ended.outcome.result?.ending == .measured
    {
      try leaveWeights(of: ended.task.key)
    }
    return (number, ended.outcome)
  }

  private func leaveWeights(of key: String) throws {
    try Folder.create(world.folder.candidate(key))
    for path in [world.folder.weights(of: key), world.folder.integerModel(of: key)] {
      try AtomicFile.write(Data(), to: path)
    }
  }
}
