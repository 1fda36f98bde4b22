import TensorKernels

/// What a trainer holds for its loss: labels, what the teacher gives, and the connectors.
final class LossMemory: @unchecked Sendable {
  /// One slice's buffers.
  struct Slice {
    let labels: UnsafeMutablePointer<Int32>
    let teacherLogits: UnsafeMutablePointer<Float>
    let teacherFeatures: [UnsafeMutablePointer<Float>]
    let connectorGradients: UnsafeMutablePointer<Float>
    let scratch: UnsafeMutablePointer<Float>
  }

  let slices: [Slice]
  let connectors: UnsafeMutablePointer<Float>
  private let connectorFloats: Int
  private let arena: FloatArena

  init(_ loss: any TrainingLoss, images: [Int], classes: Int) {
    func layOut(
      _ cursor: inout MemoryCursor
    ) -> (connectors: UnsafeMutablePointer<Float>, slices: [Slice]) {
      let connectors = cursor.take(loss.connectorFloats)
      var slices: [Slice] = []
      for count in images {
        let labels = UnsafeMutableRawPointer(cursor.take(count))
        let teacherLogits = cursor.take(count * classes)
        var features: [UnsafeMutablePointer<Float>] = []
        for feature in loss.inputs.teacherFeatures {
          features.append(cursor.take(count * feature.elementCount))
        }
        slices.append(
          Slice(
            labels: labels.assumingMemoryBound(to: Int32.self), teacherLogits: teacherLogits,
            teacherFeatures: features, connectorGradients: cursor.take(loss.connectorFloats),
            scratch: cursor.take(loss.scratchFloats(images: count))))
      }
      return (connectors, slices)
    }
    var counting = MemoryCursor()
    _ = layOut(&counting)
    arena = FloatArena(count: counting.floats)
    var cursor = MemoryCursor(arena.base)
    (connectors, slices) = layOut(&cursor)
    connectorFloats = loss.connectorFloats
  }

  func clearConnectorGradient(slice: Int) {
    slices[slice].connectorGradients.update(repeating: 0, count: connectorFloats)
  }

  /// Adds the slices' gradients, in their order, and returns the sum.
  func reduceConnectorGradients() -> UnsafePointer<Float> {
    let first = slices[0].connectorGradients
    for slice in slices.dropFirst() {
      add(slice.connectorGradients, to: first, count: connectorFloats)
    }
    return UnsafePointer(first)
  }
}
