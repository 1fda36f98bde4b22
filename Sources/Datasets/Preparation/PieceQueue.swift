import Dispatch
import Foundation

/// Looks at pieces in their order on a thread of its own, while the next ones are read. Few wait at a time, so that
/// memory does not grow.
final class PieceQueue: @unchecked Sendable {  // The semaphore and the queue keep threads apart.
  private let queue = DispatchQueue(label: "pieces")
  private let free = DispatchSemaphore(value: 3)

  /// Has `body` called after everything that was added before; waits while too much is waiting.
  func add(_ body: @escaping () -> Void) {
    free.wait()
    nonisolated(unsafe) let body = body
    queue.async {
      body()
      self.free.signal()
    }
  }

  /// Waits until all has been looked at.
  func finish() { queue.sync {} }
}
