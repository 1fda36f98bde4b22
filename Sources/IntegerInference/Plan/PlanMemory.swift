import TensorKernels

/// Memory that lives as long as a plan: packed weights, tables, padded images, activations.
final class PlanMemory: @unchecked Sendable {
  private var blocks: [FloatArena] = []

  /// Returns zeroed memory for `count` values on a boundary of 64 bytes, with a margin to read behind it.
  func take<Value: BitwiseCopyable>(
    _ count: Int, of _: Value.Type = Value.self
  ) -> UnsafeMutablePointer<Value> {
    let bytes = count * MemoryLayout<Value>.stride + readMarginBytes
    let block = FloatArena(
      count: (bytes + MemoryLayout<Float>.stride - 1) / MemoryLayout<Float>.stride)
    blocks.append(block)
    return UnsafeMutableRawPointer(block.base).bindMemory(to: Value.self, capacity: count)
  }

  /// Returns a copy of some values.
  func take<Value: BitwiseCopyable>(copying values: [Value]) -> UnsafeMutablePointer<Value> {
    let memory = take(values.count, of: Value.self)
    for (place, value) in values.enumerated() { memory[place] = value }
    return memory
  }
}
