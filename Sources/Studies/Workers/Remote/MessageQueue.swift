import Dispatch
import Synchronization

/// Messages from several threads to one.
final class MessageQueue<Message: Sendable>: Sendable {
  private let messages = Mutex<[Message]>([])
  private let available = DispatchSemaphore(value: 0)

  func append(_ message: Message) {
    messages.withLock { $0.append(message) }
    available.signal()
  }

  /// Returns the oldest message, or nil if none came in time.
  func next(timeoutSeconds: Double) -> Message? {
    guard available.wait(timeout: .now() + timeoutSeconds) == .success else { return nil }
    return messages.withLock { $0.removeFirst() }
  }
}
