import Distillation
import Foundation

/// Tells the parent how far a task is, about once a second, and stops the task where the worker is asked to stop.
final class ProgressReporter: @unchecked Sendable {
  private let task: Int
  private let shouldStop: @Sendable () -> Bool
  private let send: (WorkerReply) -> Void
  private var last = SuspendingClock.now
  /// Where in the task the part lies that is being worked on.
  private var part = 0.0...1.0
  /// Whether the task was stopped: what it has come to is not its result.
  private(set) var hasStopped = false

  init(
    task: Int, shouldStop: @escaping @Sendable () -> Bool, send: @escaping (WorkerReply) -> Void
  ) {
    (self.task, self.shouldStop, self.send) = (task, shouldStop, send)
  }

  func observe(_ progress: TrainingRun.Progress) -> Bool {
    observe(step: progress.step, of: progress.steps)
  }

  /// Called after every step of a training; false stops it.
  func observe(step: Int, of steps: Int) -> Bool {
    guard step % 16 == 0 else { return continues() }
    return observe(share: Double(step) / Double(steps))
  }

  /// Begins a part of the task; shares are from now on of it.
  func begin(part: ClosedRange<Double>) { self.part = part }

  /// - Parameter share: How much of the part is done, 0…1.
  func observe(share: Double) -> Bool {
    if last.duration(to: .now) > .seconds(1) {
      last = .now
      send(
        WorkerReply(
          id: task, status: .progress,
          share: part.lowerBound + share * (part.upperBound - part.lowerBound)))
    }
    return continues()
  }

  private func continues() -> Bool {
    if shouldStop() { hasStopped = true }
    return !hasStopped
  }
}
