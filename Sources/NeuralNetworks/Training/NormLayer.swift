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
  let tensors: NormTensors
  let buffers: NormBuffers
  let inverseDeviation: UnsafeMutablePointer<Float>
  /// `[slices, 2, channels]`.
  let sums: UnsafeMutablePointer<Double>

  private var sliceSums: Int { 2 * shape.channels }
  private var positions: Int { images.reduce(0, +) * shape.positionCount }
  private func positions(_ slice: Int) -> Int { images[slice] * shape.positionCount }

  func preparePivot() {
    TensorKernels.preparePivot(runningMean: tensors.runningMean, buffers: buffers)
  }

  func clearSums(slice: Int) {
    (sums + slice * sliceSums).update(repeating: 0, count: sliceSums)
  }

  /// Adds the moments of some of a slice's images.
  func accumulateMoments(slice: Int, images: Range<Int>) {
    TensorKernels.accumulateMoments(
      values(slice) + images.lowerBound * shape.elementCount, pivot: buffers.mean,
      positions: images.count * shape.positionCount, period: buffers.period,
      into: sums + slice * sliceSums)
  }

  func prepareForward(momentum: Float) {
    prepareNorm(
      sums: sums, slices: images.count, positions: positions, gamma: tensors.gamma.value,
      beta: tensors.beta.value, runningMean: tensors.runningMean,
      runningVariance: tensors.runningVariance,
      momentum: momentum, inverseDeviation: inverseDeviation, buffers: buffers)
  }

  func apply(slice: Int) {
    normForward(
      values(slice), addend: addend?(slice), activation: activation, buffers: buffers,
      into: output(slice), positions: positions(slice))
  }

  func accumulateBackward(slice: Int) {
    clearSums(slice: slice)
    normBackwardSums(
      gradient: outputGradient(slice), values: values(slice), addend: addend?(slice),
      activation: activation, buffers: buffers, positions: positions(slice),
      into: sums + slice * sliceSums)
  }

  func prepareBackward() {
    prepareNormBackward(
      sums: sums, slices: images.count, positions: positions, gamma: tensors.gamma.value,
      inverseDeviation: inverseDeviation, gammaGradient: tensors.gamma.gradient(0),
      betaGradient: tensors.beta.gradient(0), buffers: buffers)
  }

  /// Turns the output's gradient of some of a slice's images into that of the values and the addend.
  func applyBackward(slice: Int, images: Range<Int>) {
    let first = images.lowerBound * shape.elementCount
    normBackwardInput(
      gradient: outputGradient(slice) + first, isPreactivation: addend != nil,
      values: values(slice) + first, activation: activation, buffers: buffers,
      into: valuesGradient(slice) + first, positions: images.count * shape.positionCount)
    guard let addendGradient else { return }
    let count = images.count * shape.elementCount
    let gradient = outputGradient(slice) + first
    switch addendDelivery {
    case .none: break
    case .overwrite: (addendGradient(slice) + first).update(from: gradient, count: count)
    case .accumulate: add(gradient, to: addendGradient(slice) + first, count: count)
    }
  }
}
