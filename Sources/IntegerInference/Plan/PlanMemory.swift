import Foundation

/// Memory that lives as long as a plan: packed weights, tables, padded images, activations.
final class PlanMemory: @unchecked Sendable {
  private var blocks: [UnsafeMutableRawPointer] = []
  private(set) var bytes = 0

  /// Returns zeroed memory for `count` values on a boundary of 64 bytes, with a margin to read behind it.
  func take<Value: BitwiseCopyable>(
    _ count: Int, of _: Value.Type = Value.self
  ) -> UnsafeMutablePointer<Value> {
    let size = rounded(count * MemoryLayout<Value>.stride + readMarginBytes, to: 64)
    guard let block = aligned_alloc(64, size) else {
      fatalError("out of memory: \(size) bytes for weights or activations")
    }
    memset(block, 0, size)
    blocks.append(block)
    bytes += size
    return block.bindMemory(to: Value.self, capacity: count)
  }

  /// Returns a copy of some values.
  func take<Value: BitwiseCopyable>(copying values: [Value]) -> UnsafeMutablePointer<Value> {
    let memory = take(values.count, of: Value.self)
    for (place, value) in values.enumerated() { memory[place] = value }
    return memory
  }

  deinit { for block in blocks { free(block) } }
}

/// Where tensors lie in one arena: those that are alive at the same time lie apart.
struct ActivationLayout {
  /// By tensor.
  private(set) var offsets: [Int: Int] = [:]
  private(set) var bytes = 0

  /// A tensor's bytes, and the steps from which and to which it is alive.
  struct Life {
    let tensor: Int
    let bytes: Int
    let steps: ClosedRange<Int>
  }

  /// Places the largest first, each in the first gap among those that are alive with it.
  init(_ lives: [Life]) {
    var placed: [(range: Range<Int>, steps: ClosedRange<Int>)] = []
    for life in lives.sorted(by: { ($0.bytes, $1.tensor) > ($1.bytes, $0.tensor) }) {
      var start = 0
      for other in placed.filter({ $0.steps.overlaps(life.steps) })
        .sorted(by: { $0.range.lowerBound < $1.range.lowerBound })
      where start + life.bytes > other.range.lowerBound {
        start = max(start, other.range.upperBound)
      }
      offsets[life.tensor] = start
      placed.append((start..<start + life.bytes, life.steps))
      bytes = max(bytes, start + life.bytes)
    }
  }
}
