import TensorKernels

/// The batch norm and activation behind a bottleneck's depthwise convolution, plane by plane.
struct BottleneckNorm: @unchecked Sendable {
  let channels: Int
  let activation: Activation
  /// Positions of the whole batch.
  let positions: Int
  let slices: Int
  let tensors: NormTensors
  let buffers: NormBuffers
  let inverseDeviation: UnsafeMutablePointer<Float>
  /// `[slices, 2, channels]`.
  let sums: UnsafeMutablePointer<Double>

  func preparePivot() {
    TensorKernels.preparePivot(runningMean: tensors.runningMean, buffers: buffers)
  }

  func clearSums(_ slice: Int) {
    (sums + slice * 2 * channels).update(repeating: 0, count: 2 * channels)
  }

  /// Adds two sums of sixteen lanes.
  func add(_ lanes: UnsafePointer<Float>, plane: Int, slice: Int) {
    let target = sums + slice * 2 * channels + plane * planeChannels
    for lane in 0..<min(planeChannels, channels - plane * planeChannels) {
      target[lane] += Double(lanes[lane])
      target[channels + lane] += Double(lanes[planeChannels + lane])
    }
  }

  func settleForward(momentum: Float) {
    prepareNorm(
      sums: sums, slices: slices, positions: positions, gamma: tensors.gamma.value,
      beta: tensors.beta.value,
      runningMean: tensors.runningMean, runningVariance: tensors.runningVariance,
      momentum: momentum,
      inverseDeviation: inverseDeviation, buffers: buffers)
  }

  func settleBackward() {
    prepareNormBackward(
      sums: sums, slices: slices, positions: positions, gamma: tensors.gamma.value,
      inverseDeviation: inverseDeviation, gammaGradient: tensors.gamma.gradient(0),
      betaGradient: tensors.beta.gradient(0), buffers: buffers)
  }

  func activate(
    _ values: UnsafePointer<Float>, plane: Int, into output: UnsafeMutablePointer<Float>,
    positions: Int
  ) {
    let first = plane * planeChannels
    normActivatePlane(
      values, scale: buffers.scale + first, shift: buffers.shift + first, activation: activation,
      into: output, positions: positions)
  }

  /// Turns the activation's gradient into dz, and adds up its sums.
  func slope(
    _ gradient: UnsafeMutablePointer<Float>, values: UnsafePointer<Float>, plane: Int, slice: Int,
    sums: UnsafeMutablePointer<Float>, positions: Int
  ) {
    let first = plane * planeChannels
    sums.update(repeating: 0, count: 2 * planeChannels)
    normSlopePlane(
      gradient, values: values, scale: buffers.scale + first, shift: buffers.shift + first,
      mean: buffers.mean + first, activation: activation, sums: sums, positions: positions)
    add(sums, plane: plane, slice: slice)
  }

  /// Writes the norm's input gradient into a frame.
  func backward(
    _ gradient: UnsafePointer<Float>, values: UnsafePointer<Float>, plane: Int,
    into frame: UnsafeMutablePointer<Float>, shape: PlaneFrame
  ) {
    let first = plane * planeChannels
    normBackwardPlane(
      gradient, values: values, a: buffers.a + first, b: buffers.b + first, c: buffers.c + first,
      into: frame, shape: shape)
  }
}
