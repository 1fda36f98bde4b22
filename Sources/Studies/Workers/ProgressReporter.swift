import Distillation
import Foundation

/// Tells the parent how far a task is, about once a second, and ends the process if it has gone.
final class ProgressReporter: @unchecked Sendable {
  private let task: Int
  private let parent: pid_t
  private let send: (WorkerReply) -> Void
  private var last = ContinuousClock.now

  init(task: Int, parent: pid_t, send: @escaping (WorkerReply) -> Void) {
    (self.task, self.parent, self.send) = (task, parent, send)
  }

  func observe(_ progress: TrainingRun.Progress) -> Bool {
    guard progress.step % 16 == 0 else { return true }
    return observe(share: Double(progress.step) / Double(progress.steps))
  }

  /// - Parameter share: How much of the task is done, 0…1.
  func observe(share: Double) -> Bool {
    if getppid() != parent { exit(0) }
    if last.duration(to: .now) > .seconds(1) {
      last = .now
      send(WorkerReply(id: task, status: .progress, share: share))
    }
    return true
  }
}
