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
