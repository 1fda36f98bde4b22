import NeuralNetworks
import TensorKernels

/// A loss times a weight that may change on the way.
///
/// Where the weight is 0 the loss is not computed, and its connectors get no gradient.
public struct WeightedLoss: TrainingLoss {
  public let part: any TrainingLoss
  public let weight: WeightSchedule

  public init(_ part: any TrainingLoss, weight: WeightSchedule) {
    (self.part, self.weight) = (part, weight)
  }

  public var inputs: LossInputs { part.inputs }
  public var connectorFloats: Int { part.connectorFloats }

  public func initialize(_ connectors: UnsafeMutablePointer<Float>, seed: UInt64) {
    part.initialize(connectors, seed: seed)
  }

  public func scratchFloats(images: Int, classes: Int) -> Int {
    var cursor = MemoryCursor()
    _ = Scratch(self, images: images, classes: classes, cursor: &cursor)
    return cursor.floats
  }

  public func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    let weight = weight.weight(at: slice.progress)
    guard weight != 1 else { return part.evaluate(slice) }
    let gradients = gradients(of: slice)
    guard weight > 0 else {
      for (gradient, count) in gradients { gradient.update(repeating: 0, count: count) }
      return (0, 0)
    }
    var cursor = MemoryCursor(slice.scratch)
    let scratch = Scratch(self, images: slice.count, classes: slice.classes, cursor: &cursor)
    // What is there of the connectors' gradient is somebody else's, and keeps its weight.
    scratch.connectorGradients.update(repeating: 0, count: connectorFloats)
    var own = slice
    (own.connectorGradients, own.scratch) = (scratch.connectorGradients, scratch.rest)
    let result = part.evaluate(own)
    for (gradient, count) in gradients { scale(gradient, by: Float(weight), count: count) }
    scale(scratch.connectorGradients, by: Float(weight), count: connectorFloats)
    add(scratch.connectorGradients, to: slice.connectorGradients, count: connectorFloats)
    return (weight * result.loss, result.correct)
  }

  /// What the loss writes for a slice.
  private func gradients(
    of slice: LossSlice
  ) -> [(gradient: UnsafeMutablePointer<Float>, count: Int)] {
    let features = zip(slice.features, inputs.features).map { feature, input in
      (gradient: feature.gradient, count: slice.count * input.elementCount)
    }
    guard inputs.readsLogits else { return features }
    return features + [(gradient: slice.logits.gradient, count: slice.count * slice.classes)]
  }

  private func scale(_ values: UnsafeMutablePointer<Float>, by factor: Float, count: Int) {
    for i in 0..<count { values[i] *= factor }
  }

  private struct Scratch {
    let connectorGradients: UnsafeMutablePointer<Float>
    /// What the loss computes with.
    let rest: UnsafeMutablePointer<Float>

    init(_ loss: WeightedLoss, images: Int, classes: Int, cursor: inout MemoryCursor) {
      connectorGradients = cursor.take(loss.connectorFloats)
      rest = cursor.take(loss.part.scratchFloats(images: images, classes: classes))
    }
  }
}
