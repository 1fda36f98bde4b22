import Foundation
import Testing

@testable import Studies

@Suite("a queue of messages")
struct MessageQueueTests {
  @Test("gives the oldest first, and nothing when it is empty")
  func order() {
    let queue = MessageQueue<Int>()
    #expect(queue.next(timeoutSeconds: 0) == nil)
    for number in 0..<5 { queue.append(number) }
    #expect((0..<5).map { _ in queue.next(timeoutSeconds: 0) } == [0, 1, 2, 3, 4])
    #expect(queue.next(timeoutSeconds: 0.01) == nil)
  }

  @Test("loses nothing of what several threads append")
  func threads() {
    let queue = MessageQueue<Int>()
    for thread in 0..<4 {
      Thread { for number in 0..<250 { queue.append(1000 * thread + number) } }.start()
    }
    var last = [-1, -1, -1, -1]
    for _ in 0..<1000 {
      guard let message = queue.next(timeoutSeconds: 10) else {
        Issue.record("a message is missing after \(last)")
        return
      }
      // Each thread's messages stay in order.
      #expect(message % 1000 == last[message / 1000] + 1)
      last[message / 1000] = message % 1000
    }
    #expect(queue.next(timeoutSeconds: 0) == nil)
  }
}
