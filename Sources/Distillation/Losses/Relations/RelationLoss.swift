import NeuralNetworks
import TensorKernels

/// A loss that compares relations between the images of a slice: what the kinds of it have in common.
///
/// It has no connector, and of a single image, which has no relations, it is 0.
protocol RelationLoss: TrainingLoss {
  associatedtype Memory: RelationMemory

  /// What is related.
  var source: RelationSource { get }

  /// Returns the loss summed over the slice's images and writes the gradient of the vectors.
  ///
  /// - Parameters:
  ///   - count: Images of the slice, at least two.
  ///   - batch: Images of the batch, which the mean is over.
  func compare(
    _ rows: RelationSource.Rows, _ memory: Memory, count: Int, batch: Int
  ) -> Double
}

/// What a relation loss computes with on one slice.
protocol RelationMemory {
  init(images: Int, cursor: inout MemoryCursor)
}

extension RelationLoss {
  var inputs: LossInputs { source.inputs }

  func scratchFloats(images: Int, classes: Int) -> Int {
    var cursor = MemoryCursor()
    _ = Memory(images: images, cursor: &cursor)
    return cursor.floats
  }

  func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    let (count, rows) = (slice.count, source.rows(of: slice))
    guard count > 1 else {
      rows.clearGradient(count: count)
      return (0, 0)
    }
    var cursor = MemoryCursor(slice.scratch)
    let memory = Memory(images: count, cursor: &cursor)
    return (compare(rows, memory, count: count, batch: slice.batch), 0)
  }
}
