import NeuralNetworks

/// What makes a loss that is a sum over images count more for some classes than for others, in some steps of a training.
///
///     L = Σ over images of (v(c) − 1)·ℓ,   so that ℓ's own sum and L are Σ v(c)·ℓ
///
/// c is the image's class, or the teacher's likeliest one where that is not known; an image of which neither is known has
/// v = 1. Of a mixed image v is the mean of those of both classes, by their shares.
struct GroupEmphasisLoss: TrainingLoss {
  /// ℓ, a loss whose part of an image depends on that image's logits alone.
  let part: any TrainingLoss
  /// v, by class.
  let weights: [Double]
  /// The steps in which it counts.
  let steps: Range<Int>
  /// Whether slices hold a teacher's logits.
  let hasTeacher: Bool

  var inputs: LossInputs { LossInputs(readsLogits: true) }

  func scratchFloats(images: Int, classes: Int) -> Int {
    part.scratchFloats(images: 1, classes: classes)
  }

  func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    slice.logits.gradient.update(repeating: 0, count: slice.count * slice.classes)
    guard steps.contains(slice.step) else { return (0, 0) }
    var total = 0.0
    for n in 0..<slice.count {
      let weight = weight(of: n, in: slice) - 1
      guard weight != 0 else { continue }
      let image = slice.image(n)
      total += weight * part.evaluate(image).loss
      for c in 0..<slice.classes { image.logits.gradient[c] *= Float(weight) }
    }
    return (total, 0)
  }

  /// v of an image.
  private func weight(of n: Int, in slice: LossSlice) -> Double {
    let targets = slice.targets(of: n)
    if targets.allSatisfy({ $0.label >= 0 }) {
      return targets.reduce(0) { $0 + $1.share * weights[$1.label] }
    }
    guard hasTeacher else { return 1 }
    let row = slice.teacherLogits + n * slice.classes
    return weights[likeliestClass(row, count: slice.classes)]
  }
}

extension LossSlice {
  /// Returns a slice of one image of this one, for losses on logits.
  fileprivate func image(_ n: Int) -> LossSlice {
    LossSlice(
      count: 1, batch: batch, classes: classes, step: step, seed: seed, progress: progress,
      labels: labels + n,
      mix: mix.map { LabelMix(otherLabels: $0.otherLabels + n, shares: $0.shares + n) },
      logits: Feature(
        values: logits.values + n * classes, gradient: logits.gradient + n * classes),
      teacherLogits: teacherLogits + n * classes, features: [], teacherFeatures: [],
      connectors: connectors, connectorGradients: connectorGradients, scratch: scratch)
  }
}
