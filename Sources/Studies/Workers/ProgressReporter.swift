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
  /// Whether that was because it took longer than it may.
  private(set) var isOverdue = false
  private let began = SuspendingClock.now
  private let limitSeconds: Double?

  /// - Parameter limitSeconds: How long the task may take; nil for no limit that the worker keeps. By a clock that
  ///   stands still while the machine sleeps.
  init(task: Int, channel: any WorkerChannel, limitSeconds: Double? = nil) {
    (self.task, self.channel, self.limitSeconds) = (task, channel, limitSeconds)
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

  /// Whether the task continues; false stops it.
  func continues() -> Bool {
    if !channel.isWanted { hasStopped = true }
    if !hasStopped, let limitSeconds, began.duration(to: .now) / .seconds(1) > limitSeconds {
      (hasStopped, isOverdue) = (true, true)
    }
    return !hasStopped
  }
}
