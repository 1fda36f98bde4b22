import Foundation
import SystemResources

/// One block of zeroed memory from which a plan takes all its buffers.
///
/// It starts on a 2 MB boundary where it is large and asks for huge pages, which makes the first touch
/// about five times cheaper. Twice the `readMargin` lies behind the last
/// buffer, so that a plan need not give its last buffer one of its own.
public final class FloatArena: @unchecked Sendable {
  public let base: UnsafeMutablePointer<Float>
  public let count: Int

  private let raw: UnsafeMutableRawPointer

  /// Takes memory for `count` floats; the process ends where there is none (`Exhaustion`).
  public init(count: Int) {
    let bytes = (count + 2 * readMargin) * MemoryLayout<Float>.stride
    let hugePage = 1 << 21
    let alignment = bytes >= hugePage ? hugePage : 64
    let rounded = (bytes + alignment - 1) / alignment * alignment
    // In a worker this is that trial's recorded outcome, as a kill by the system for want of memory would be.
    guard let memory = aligned_alloc(alignment, rounded) else {
      Exhaustion.end(
        "out of memory: the system refuses \((rounded + 0xFFFFF) >> 20) MiB for activations and weights; a smaller "
          + "batch, fewer --threads or a higher limit (ulimit -v, ulimit -d) may help")
    }
    #if os(Linux)
      if alignment == hugePage { madvise(memory, rounded, MADV_HUGEPAGE) }
    #endif
    memset(memory, 0, rounded)
    raw = memory
    base = memory.bindMemory(to: Float.self, capacity: rounded / MemoryLayout<Float>.stride)
    self.count = count
  }

  deinit { free(raw) }
}
