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

  func apply(slice: Int) { apply(slice: slice, images: 0..<images[slice]) }

  /// Gives the output of some of a slice's images. Whole vectors are written.
  func apply(slice: Int, images: Range<Int>) {
    let first = images.lowerBound * shape.elementCount
    normForward(
      values(slice) + first, addend: addend.map { $0(slice) + first }, activation: activation,
      buffers: statistics.buffers, into: output(slice) + first,
      positions: images.count * shape.positionCount)
  }

  func accumulateBackward(slice: Int) {
    accumulateBackward(slice: slice, images: 0..<images[slice])
  }

  /// Takes in the output's gradient of some of a slice's images. They come in order from the first on, and the last
  /// ones complete the sums: the bits are those of all images at once.
  func accumulateBackward(slice: Int, images: Range<Int>) {
    if images.lowerBound == 0 { statistics.clearSums(slice: slice) }
    let chunk = statistics.buffers.period.chunkPositions
    // What does not fill a chunk waits for the next images.
    func end(_ image: Int) -> Int {
      image == self.images[slice]
        ? positions(slice) : image * shape.positionCount / chunk * chunk
    }
    let (first, last) = (end(images.lowerBound), end(images.upperBound))
    guard first < last else { return }
    let offset = first * shape.channels
    normBackwardSums(
      gradient: outputGradient(slice) + offset, values: values(slice) + offset,
      addend: addend.map { $0(slice) + offset }, activation: activation,
      buffers: statistics.buffers, positions: last - first, into: statistics.sums(slice))
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
