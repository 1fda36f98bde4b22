import NeuralNetworks
import TensorKernels

/// A loss between the logits of student and teacher: what the kinds of it have in common. It has no connector.
protocol ResponseLoss: TrainingLoss {
  associatedtype Memory: ResponseMemory

  /// Returns the loss summed over the slice's images, and writes the gradient of the student's logits.
  func compare(_ slice: LossSlice, _ memory: Memory) -> Double
}

/// What a loss on logits computes with on one slice.
protocol ResponseMemory {
  init(images: Int, classes: Int, cursor: inout MemoryCursor)
}

extension ResponseLoss {
  var inputs: LossInputs { LossInputs(readsLogits: true) }

  func scratchFloats(images: Int, classes: Int) -> Int {
    var cursor = MemoryCursor()
    _ = Memory(images: images, classes: classes, cursor: &cursor)
    return cursor.floats
  }

  func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    var cursor = MemoryCursor(slice.scratch)
    let memory = Memory(images: slice.count, classes: slice.classes, cursor: &cursor)
    return (compare(slice, memory), 0)
  }
}
