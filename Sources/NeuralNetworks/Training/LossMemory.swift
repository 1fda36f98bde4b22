import TensorKernels

/// What a trainer holds for its loss: labels, what the teacher gives, and the connectors.
final class LossMemory: @unchecked Sendable {
  /// One slice's buffers.
  struct Slice {
    let labels: UnsafeMutablePointer<Int32>
    let mix: TrainingSlice.Mix
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
      func takeLabels(_ count: Int) -> UnsafeMutablePointer<Int32> {
        UnsafeMutableRawPointer(cursor.take(count)).assumingMemoryBound(to: Int32.self)
      }
      let connectors = cursor.take(loss.connectorFloats)
      var slices: [Slice] = []
      for count in images {
        let labels = takeLabels(count)
        let mix = TrainingSlice.Mix(otherLabels: takeLabels(count), shares: cursor.take(count))
        let teacherLogits = cursor.take(count * classes)
        var features: [UnsafeMutablePointer<Float>] = []
        for feature in loss.inputs.teacherFeatures {
          features.append(cursor.take(count * feature.elementCount))
        }
        slices.append(
          Slice(
            labels: labels, mix: mix, teacherLogits: teacherLogits, teacherFeatures: features,
            connectorGradients: cursor.take(loss.connectorFloats),
            scratch: cursor.take(loss.scratchFloats(images: count, classes: classes))))
      }
      return (connectors, slices)
    }
    var counting = MemoryCursor()
    _ = layOut(&counting)
    arena = FloatArena(count: counting.floats)
    var cursor = MemoryCursor(arena.base)
    (connectors, slices) = layOut(&cursor)
    for (slice, count) in zip(slices, images) {
      slice.mix.shares.update(repeating: 0, count: count)
    }
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
