import TensorKernels

/// The batch norm behind a head, with the residual add and the activation behind it.
struct NormLayer: @unchecked Sendable {
  let statistics: ChannelNorm
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

  private func positions(_ slice: Int) -> Int { images[slice] * shape.positionCount }

  /// Adds the moments of some of a slice's images.
  func accumulateMoments(slice: Int, images: Range<Int>) {
    TensorKernels.accumulateMoments(
      values(slice) + images.lowerBound * shape.elementCount, pivot: statistics.buffers.mean,
      positions: images.count * shape.positionCount, period: statistics.buffers.period,
      into: statistics.sums(slice))
  }

  func apply(slice: Int) {
    normForward(
      values(slice), addend: addend?(slice), activation: activation, buffers: statistics.buffers,
      into: output(slice), positions: positions(slice))
  }

  func accumulateBackward(slice: Int) {
    statistics.clearSums(slice: slice)
    normBackwardSums(
      gradient: outputGradient(slice), values: values(slice), addend: addend?(slice),
      activation: activation, buffers: statistics.buffers, positions: positions(slice),
      into: statistics.sums(slice))
  }

  /// Turns the output's gradient of some of a slice's images into that of the values and the addend.
  func applyBackward(slice: Int, images: Range<Int>) {
    let first = images.lowerBound * shape.elementCount
    normBackwardInput(
      gradient: outputGradient(slice) + first, isPreactivation: addend != nil,
      values: values(slice) + first, activation: activation, buffers: statistics.buffers,
      into: valuesGradient(slice) + first, positions: images.count * shape.positionCount)
    guard let addendGradient else { return }
    deliver(
      outputGradient(slice) + first, to: addendGradient(slice) + first, addendDelivery,
      count: images.count * shape.elementCount)
  }
}
