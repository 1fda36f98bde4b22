import Distillation
import Foundation

/// Tells the parent how far a task is, about once a second, and stops the task where the worker is asked to stop.
final class ProgressReporter: @unchecked Sendable {
  private let task: Int
  private let channel: any WorkerChannel
  private var last = SuspendingClock.now
  /// Where in the task the part lies that is being worked on.
  private var part = 0.0...1.0
  /// Whether the task was stopped: what it has come to is not its result.
  private(set) var hasStopped = false

  init(task: Int, channel: any WorkerChannel) {
    (self.task, self.channel) = (task, channel)
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
      channel.send(
        WorkerReply(
          id: task, status: .progress,
          share: part.lowerBound + share * (part.upperBound - part.lowerBound)))
    }
    return continues()
  }

  /// Whether the task goes on; false stops it.
  func continues() -> Bool {
    if !channel.isWanted { hasStopped = true }
    return !hasStopped
  }
}
