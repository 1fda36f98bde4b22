import Foundation
import Synchronization

/// Sees, from a thread of its own, that a worker does not outlive its parent, and ends one that is asked to stop.
///
/// A worker without work ends at once; one that is at work has its task stop, which writes the checkpoint of a
/// training, and ends then.
final class WorkerWatch: Sendable {
  /// The exit status of a worker that was asked to stop.
  static let status = 128 + SIGTERM
  private static let pauseMicroseconds: UInt32 = 100_000

  private let isAsked: @Sendable () -> Bool
  private let isBusy = Atomic<Bool>(false)

  /// - Parameter isAsked: Whether the process has been sent SIGTERM.
  init(isAsked: @escaping @Sendable () -> Bool) { self.isAsked = isAsked }

  /// Whether the task that is being worked on should stop.
  var shouldStop: @Sendable () -> Bool { isAsked }

  /// Begins to watch.
  func start() {
    let parent = getppid()
    let thread = Thread { [self] in
      while true {
        // Who is told twice ends at once, without a checkpoint.
        if getppid() != parent && !isAsked() { kill(getpid(), SIGTERM) }
        if isAsked() && !isBusy.load(ordering: .sequentiallyConsistent) {
          _exit(WorkerWatch.status)
        }
        usleep(WorkerWatch.pauseMicroseconds)
      }
    }
    thread.start()
  }

  /// Does the worker's work.
  func whileBusy<Result>(_ body: () throws -> Result) rethrows -> Result {
    isBusy.store(true, ordering: .sequentiallyConsistent)
    defer { isBusy.store(false, ordering: .sequentiallyConsistent) }
    return try body()
  }
}
