import TensorKernels

/// A batch norm over all slices of the batch, with the residual add and the activation behind it.
///
/// Between its phases all threads meet: the statistics need every slice.
struct NormLayer: @unchecked Sendable {
  let shape: TensorShape
  let activation: Activation
  /// What is normalised: the head's output.
  let values: SliceBuffer
  let addend: SliceBuffer?
  let output: SliceBuffer
  let outputGradient: SliceBuffer
  /// Receives the gradient of `values`; the output's own buffer where there is no addend.
  let valuesGradient: SliceBuffer
  /// Where the addend's gradient goes, unless the addend took over the output's gradient buffer.
  let addendGradient: SliceBuffer?
  let addendDelivery: GradientDelivery
  let images: [Int]
  let gamma: TrainedTensor
  let beta: TrainedTensor
  let runningMean: UnsafeMutablePointer<Float>
  let runningVariance: UnsafeMutablePointer<Float>
  let buffers: NormBuffers
  let inverseDeviation: UnsafeMutablePointer<Float>
  /// `[slices, 2, channels]`.
  let sums: UnsafeMutablePointer<Double>

  private var sliceSums: Int { 2 * shape.channels }
  private var positions: Int { images.reduce(0, +) * shape.positionCount }
  private func positions(_ slice: Int) -> Int { images[slice] * shape.positionCount }

  func preparePivot() {
    TensorKernels.preparePivot(runningMean: runningMean, buffers: buffers)
  }

  func accumulateMoments(slice: Int) {
    let target = sums + slice * sliceSums
    target.update(repeating: 0, count: sliceSums)
    TensorKernels.accumulateMoments(
      values(slice), pivot: buffers.mean, positions: positions(slice), period: buffers.period,
      into: target)
  }

  func prepareForward(momentum: Float) {
    prepareNorm(
      sums: sums, slices: images.count, positions: positions, gamma: gamma.value,
      beta: beta.value, runningMean: runningMean, runningVariance: runningVariance,
      momentum: momentum, inverseDeviation: inverseDeviation, buffers: buffers)
  }

  func apply(slice: Int) {
    normForward(
      values(slice), addend: addend?(slice), activation: activation, buffers: buffers,
      into: output(slice), positions: positions(slice))
  }

  func accumulateBackward(slice: Int) {
    let target = sums + slice * sliceSums
    target.update(repeating: 0, count: sliceSums)
    normBackwardSums(
      gradient: outputGradient(slice), values: values(slice), addend: addend?(slice),
      activation: activation, buffers: buffers, positions: positions(slice), into: target)
  }

  func prepareBackward() {
    prepareNormBackward(
      sums: sums, slices: images.count, positions: positions, gamma: gamma.value,
      inverseDeviation: inverseDeviation, gammaGradient: gamma.gradient(0),
      betaGradient: beta.gradient(0), buffers: buffers)
  }

  func applyBackward(slice: Int) {
    normBackwardInput(
      gradient: outputGradient(slice), isPreactivation: addend != nil, values: values(slice),
      activation: activation, buffers: buffers, into: valuesGradient(slice),
      positions: positions(slice))
    guard let addendGradient else { return }
    let count = positions(slice) * shape.channels
    switch addendDelivery {
    case .none: break
    case .overwrite: addendGradient(slice).update(from: outputGradient(slice), count: count)
    case .accumulate: add(outputGradient(slice), to: addendGradient(slice), count: count)
    }
  }
}
