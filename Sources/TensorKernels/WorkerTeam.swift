import CPlatform
import Foundation
import Synchronization
import SystemResources

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

  /// Runs `body` once in every thread, with the thread's index, and returns when all have ended. The process ends where
  /// a thread cannot be started (`Exhaustion`).
  public func run(_ body: @escaping @Sendable (Int) -> Void) {
    let threads = (1..<threadCount).map { index in
      do throws(CannotStartThread) {
        return try JoinableThread { body(index) }
      } catch {
        // The others wait for it at the next barrier, so nothing can continue without it.
        Exhaustion.end(error.description)
      }
    }
    body(0)
    for thread in threads { thread.join() }
  }

  /// Starts so many threads at once and ends them again, to see whether the system gives them.
  ///
  /// - Throws: `CannotStartThread`, for people.
  public static func tryThreads(_ count: Int) throws(CannotStartThread) {
    let canEnd = DispatchSemaphore(value: 0)
    var threads: [JoinableThread] = []
    defer {
      for _ in threads { canEnd.signal() }
      for thread in threads { thread.join() }
    }
    for _ in 0..<count { threads.append(try JoinableThread { canEnd.wait() }) }
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

/// The system does not start a thread; `code` is an `errno`.
public struct CannotStartThread: Error, CustomStringConvertible {
  public let code: Int32

  public var description: String {
    "cannot start a thread: \(String(cString: strerror(code))); the limit of processes (ulimit -u), of a "
      + "container's tasks or of memory (ulimit -v) may be too low, and fewer --threads and --workers need less"
  }
}

/// A thread with a large stack that can be waited for.
private final class JoinableThread {
  private var thread = pthread_t()

  init(_ body: @escaping @Sendable () -> Void) throws(CannotStartThread) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, 8 << 20)
    let box = Unmanaged.passRetained(Body(body))
    let code = pthread_create(&thread, &attributes, JoinableThread.run, box.toOpaque())
    guard code == 0 else {
      box.release()
      throw CannotStartThread(code: code)
    }
  }

  func join() { pthread_join(thread, nil) }

  private final class Body {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
    if let pointer = $0 { Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run() }
    return nil
  }
}
