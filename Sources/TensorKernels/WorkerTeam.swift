import CPlatform
import Foundation
import Synchronization

/// Threads that run one function together, meeting at barriers.
///
/// Slices of a batch are dealt out by index, so the same slices are added up in the same order whatever
/// the number of threads, and results are the same bits. Waiting threads spin for a moment, because
/// steps follow each other closely, and then sleep, so that a thread that lost its core to another process
/// gets it back.
public final class WorkerTeam: Sendable {
  public let threadCount: Int

  private let arrived = Atomic<Int>(0)
  private let generation = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let passed = NSCondition()

  /// Turns of spinning before a thread sleeps: some hundred microseconds.
  private static let spins = 4_000

  public init(threadCount: Int) {
    precondition(threadCount > 0, "a team needs a thread, got \(threadCount)")
    self.threadCount = threadCount
  }

  /// Runs `body` once in every thread, with the thread's index, and returns when all have ended.
  public func run(_ body: @escaping @Sendable (Int) -> Void) {
    let threads = (1..<threadCount).map { index in
      let thread = JoinableThread { body(index) }
      thread.start()
      return thread
    }
    body(0)
    for thread in threads { thread.join() }
  }

  /// Waits until all threads of the team have come here.
  public func barrier() {
    if threadCount == 1 { return }
    let current = generation.load(ordering: .acquiring)
    if arrived.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue == threadCount {
      arrived.store(0, ordering: .relaxed)
      // Sequentially consistent, like the sleeper's own look: one of the two sees the other.
      generation.store(current + 1, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        passed.lock()
        passed.broadcast()
        passed.unlock()
      }
      return
    }
    for _ in 0..<WorkerTeam.spins {
      if generation.load(ordering: .acquiring) != current { return }
      platform_pause()
    }
    passed.lock()
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while generation.load(ordering: .sequentiallyConsistent) == current { passed.wait() }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    passed.unlock()
  }
}

/// A thread with a large stack that can be waited for.
private final class JoinableThread: @unchecked Sendable {
  private let thread: Thread
  private let done = DispatchSemaphore(value: 0)

  init(_ body: @escaping @Sendable () -> Void) {
    let done = done
    thread = Thread {
      body()
      done.signal()
    }
    thread.stackSize = 8 << 20
  }

  func start() { thread.start() }
  func join() { done.wait() }
}
