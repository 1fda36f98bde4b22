import Distillation
import Foundation

/// Tells the parent how far a task is, about once a second, and ends the process if it has gone.
final class ProgressReporter: @unchecked Sendable {
  private let task: Int
  private let parent: pid_t
  private let send: (WorkerReply) -> Void
  private var last = ContinuousClock.now
  /// Where in the task the part lies that is being worked on.
  private var part = 0.0...1.0

  init(task: Int, parent: pid_t, send: @escaping (WorkerReply) -> Void) {
    (self.task, self.parent, self.send) = (task, parent, send)
  }

  func observe(_ progress: TrainingRun.Progress) -> Bool {
    guard progress.step % 16 == 0 else { return true }
    return observe(share: Double(progress.step) / Double(progress.steps))
  }

  /// Begins a part of the task; shares are from now on of it.
  func begin(part: ClosedRange<Double>) { self.part = part }

  /// - Parameter share: How much of the part is done, 0…1.
  func observe(share: Double) -> Bool {
    if getppid() != parent { exit(0) }
    if last.duration(to: .now) > .seconds(1) {
      last = .now
      send(
        WorkerReply(
          id: task, status: .progress,
          share: part.lowerBound + share * (part.upperBound - part.lowerBound)))
    }
    return true
  }
}
