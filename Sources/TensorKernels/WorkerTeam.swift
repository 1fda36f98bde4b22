import CPlatform
import Foundation
import Synchronization

/// Threads that run one function together, meeting at barriers.
///
/// Slices of a batch are dealt out by index, so the same slices are added up in the same order whatever
/// the number of threads, and results are the same bits. Waiting threads spin for a moment and then
/// yield, because steps follow each other closely.
public final class WorkerTeam: Sendable {
  public let threadCount: Int

  private let arrived = Atomic<Int>(0)
  private let generation = Atomic<Int>(0)

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
      generation.store(current + 1, ordering: .releasing)
      return
    }
    var spins = 0
    while generation.load(ordering: .acquiring) == current {
      spins += 1
      if spins < 20_000 { platform_pause() } else { sched_yield() }
    }
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
