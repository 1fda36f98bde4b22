import TensorKernels

/// Cross-entropy with the labels and divergence from the teacher's logits; of an image whose label is below 0, as
/// its class is not known, the divergence alone. Labels of mixed images are mixed.
public struct LogitLoss: TrainingLoss {
  public let weights: LossWeights

  public init(_ weights: LossWeights) { self.weights = weights }

  public var inputs: LossInputs {
    LossInputs(readsLogits: true)
  }
  public func scratchFloats(images: Int, classes: Int) -> Int { 0 }

  public func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    classificationLoss(
      logits: slice.logits.values, labels: slice.labels,
      otherLabels: slice.mix?.otherLabels, shares: slice.mix?.shares,
      teacher: weights.distillation > 0 ? slice.teacherLogits : nil, weights: weights,
      count: slice.count, classes: slice.classes, batch: slice.batch,
      progress: slice.progress, gradient: slice.logits.gradient)
  }
}
