import NeuralNetworks

extension LossSlice {
  /// Returns some of the slice's images, with features in the order of `inputs`.
  func images(_ range: Range<Int>, of inputs: LossInputs) -> LossSlice {
    func feature(_ feature: Feature, _ elementCount: Int) -> Feature {
      Feature(
        values: feature.values + range.lowerBound * elementCount,
        gradient: feature.gradient + range.lowerBound * elementCount)
    }
    let first = range.lowerBound
    return LossSlice(
      count: range.count, batch: batch, classes: classes, step: step, seed: seed,
      progress: progress, labels: labels + first,
      mix: mix.map {
        LabelMix(otherLabels: $0.otherLabels + first, shares: $0.shares + first)
      },
      logits: feature(logits, classes), teacherLogits: teacherLogits + first * classes,
      features: zip(features, inputs.features).map { feature($0, $1.elementCount) },
      teacherFeatures: zip(teacherFeatures, inputs.teacherFeatures).map {
        $0 + first * $1.elementCount
      },
      peerLogits: peerLogits.map { $0 + first * classes }, connectors: connectors,
      connectorGradients: connectorGradients, scratch: scratch)
  }
}
