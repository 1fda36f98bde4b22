/// A buffer that an arena has to hold for a part of the steps.
public struct PlannedBuffer: Hashable, Sendable {
  /// A multiple of 16.
  public var bytes: Int
  /// The step that writes it first; 0 is before the first operator, operator n is step n + 1.
  public var firstStep: Int
  /// The step that reads it last.
  public var lastStep: Int
  /// The tensor that it holds; nil for a scratch buffer.
  public var tensor: Int?

  /// Returns whether both are alive at one step.
  @inlinable
  func overlaps(_ other: PlannedBuffer) -> Bool {
    firstStep <= other.lastStep && other.firstStep <= lastStep
  }
}

extension DeployedModel {
  /// Returns the buffers that a runtime plans.
  func plannedBuffers(on runtime: MicroRuntime) -> [PlannedBuffer] {
    plannedBuffers(scratch: operators.map { runtime.memory(of: $0, in: self).scratch })
  }

  /// Returns the buffers of activations in the order of tensors, then those of scratch in the order of operators,
  /// with the lives that TensorFlow Lite Micro gives them (micro_allocation_info.cc): the input lives from before the
  /// first operator, the output to the last, another tensor from its writer to its last reader, scratch as long as its operator
  /// runs.
  ///
  /// - Parameter scratch: For each operator, the bytes of its scratch buffers.
  func plannedBuffers(scratch: [[Int]]) -> [PlannedBuffer] {
    var first = [Int?](repeating: nil, count: tensors.count)
    var last = [Int](repeating: 0, count: tensors.count)
    first[input] = 0
    for (index, step) in operators.enumerated() {
      for tensor in step.inputs where tensor >= 0 { last[tensor] = index + 1 }
      if first[step.output] == nil { first[step.output] = index + 1 }
      last[step.output] = index + 1
    }
    last[output] = operators.count
    var buffers: [PlannedBuffer] = []
    for (index, tensor) in tensors.enumerated() where !tensor.isConstant {
      guard let start = first[index] else { continue }
      buffers.append(
        PlannedBuffer(
          bytes: tensor.byteCount.rounded(upTo: MicroRuntime.bufferAlignment), firstStep: start,
          lastStep: last[index], tensor: index))
    }
    for (index, requests) in scratch.enumerated() {
      for bytes in requests {
        buffers.append(
          PlannedBuffer(
            bytes: bytes.rounded(upTo: MicroRuntime.bufferAlignment), firstStep: index + 1,
            lastStep: index + 1, tensor: nil))
      }
    }
    return buffers
  }
}

extension [PlannedBuffer] {
  /// The largest sum of the bytes alive at one step: no plan takes less.
  public var lowerBoundBytes: Int {
    var changes = [Int](repeating: 0, count: (map(\.lastStep).max() ?? 0) + 2)
    for buffer in self {
      changes[buffer.firstStep] += buffer.bytes
      changes[buffer.lastStep + 1] -= buffer.bytes
    }
    var (sum, largest) = (0, 0)
    for change in changes {
      sum += change
      largest = Swift.max(largest, sum)
    }
    return largest
  }
}
