import TensorKernels

/// The statistics of a batch norm over all slices of the batch, and the map and gradient that they give.
///
/// What runs over the values adds up sums for every slice; between its passes all threads meet, and one of
/// them turns the sums into coefficients.
struct ChannelNorm: @unchecked Sendable {
  let channels: Int
  /// Positions of the whole batch.
  let positions: Int
  let slices: Int
  let tensors: NormTensors
  let memory: Memory

  /// What a norm keeps for the whole of training.
  struct Memory: @unchecked Sendable {
    /// Scale, shift, mean and gradient coefficients.
    let buffers: NormBuffers
    /// `[channels]`.
    let inverseDeviation: UnsafeMutablePointer<Float>
    /// `[slices, 2, channels]`.
    let sums: UnsafeMutablePointer<Double>

    init(channels: Int, slices: Int, cursor: inout MemoryCursor) {
      let period = ChannelPeriod(channels: channels)
      buffers = NormBuffers(memory: cursor.take(NormBuffers.floats(period)), period: period)
      inverseDeviation = cursor.take(channels)
      sums = cursor.takeDoubles(2 * channels * slices)
    }
  }

  var buffers: NormBuffers { memory.buffers }

  /// A slice's two sums for every channel, `[2, channels]`.
  func sums(_ slice: Int) -> UnsafeMutablePointer<Double> { memory.sums + slice * 2 * channels }

  func preparePivot() {
    TensorKernels.preparePivot(runningMean: tensors.runningMean, buffers: buffers)
  }

  func clearSums(slice: Int) { sums(slice).update(repeating: 0, count: 2 * channels) }

  /// Turns the moments of all slices into the map, and moves the running statistics.
  func prepareForward(momentum: Float) {
    prepareNorm(
      sums: memory.sums, slices: slices, positions: positions, gamma: tensors.gamma.value,
      beta: tensors.beta.value, runningMean: tensors.runningMean,
      runningVariance: tensors.runningVariance, momentum: momentum,
      inverseDeviation: memory.inverseDeviation, buffers: buffers)
  }

  /// Turns the gradients' sums of all slices into the map from dz to the input's gradient.
  func prepareBackward() {
    prepareNormBackward(
      sums: memory.sums, slices: slices, positions: positions, gamma: tensors.gamma.value,
      inverseDeviation: memory.inverseDeviation, gammaGradient: tensors.gamma.gradient(0),
      betaGradient: tensors.beta.gradient(0), buffers: buffers)
  }
}

/// What a batch norm trains and keeps, each `[channels]`.
struct NormTensors: @unchecked Sendable {
  let gamma: TrainedTensor
  let beta: TrainedTensor
  let runningMean: UnsafeMutablePointer<Float>
  let runningVariance: UnsafeMutablePointer<Float>
}
