import Foundation

/// What a stretch of a training step is spent on; the raw values are the names in reports.
public enum KernelKind: String, CaseIterable, Hashable, Sendable {
  case convolution
  case pointwise
  case depthwise
  case norm
  case activation
  case pooling
  case squeezeExcitation = "squeeze_excitation"
  case dense
  /// Weights brought into the order that kernels read them in.
  case rearrangement
  case loss
  case optimizer
  /// Images read, augmented and standardised; labels and soft targets.
  case batch
  /// Waiting for other threads.
  case waiting

  /// The place in a thread's row of sums: that in `allCases`.
  ///
  /// An enum of cases without values is stored as its number, so nothing has to be looked up in a lap.
  @inline(__always)
  var slot: Int { Int(unsafeBitCast(self, to: UInt8.self)) }
}

/// Adds up, for each thread of a team, the time spent on each kind of kernel.
///
///     clock.start(thread: 0)
///     convolve()
///     clock.lap(.convolution, thread: 0)
///     normalize()
///     clock.lap(.norm, thread: 0)
///
/// Each thread calls `start` and `lap` with its own index alone. The other members are for when no
/// thread is measuring. A lap costs about 20 ns.
public final class KernelClock: @unchecked Sendable {
  public let threads: Int

  /// A row for every thread: a sum for every kind, and behind them the time of the last lap. A row has
  /// two cache lines to itself, so that threads do not slow each other down.
  private let rows: UnsafeMutablePointer<Int>
  private static let rowLength = 16
  private static let lastLap = KernelKind.allCases.count

  public init(threads: Int) {
    precondition(threads > 0, "a clock needs a thread, got \(threads)")
    precondition(KernelClock.lastLap < KernelClock.rowLength, "a row holds all kinds")
    self.threads = threads
    let count = threads * KernelClock.rowLength
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<Int>.stride, alignment: 128)
    rows = memory.initializeMemory(as: Int.self, repeating: 0, count: count)
  }

  deinit { rows.deallocate() }

  /// Begins the thread's first lap; what went before counts for nothing.
  @inline(__always)
  public func start(thread: Int) {
    rows[thread &* KernelClock.rowLength &+ KernelClock.lastLap] = monotonicNanoseconds()
  }

  /// Adds the time since the thread's last lap to `kind`.
  @inline(__always)
  public func lap(_ kind: KernelKind, thread: Int) {
    let row = rows + thread &* KernelClock.rowLength
    let now = monotonicNanoseconds()
    row[kind.slot] &+= now &- row[KernelClock.lastLap]
    row[KernelClock.lastLap] = now
  }

  /// The nanoseconds of every kind, summed over the threads.
  public var nanoseconds: [KernelKind: Int] {
    var sums: [KernelKind: Int] = [:]
    for kind in KernelKind.allCases {
      sums[kind] = (0..<threads).reduce(0) { $0 + rows[$1 * KernelClock.rowLength + kind.slot] }
    }
    return sums
  }
}

/// Returns the time of a clock that is never set.
@inline(__always)
private func monotonicNanoseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec &* 1_000_000_000 &+ time.tv_nsec
}
