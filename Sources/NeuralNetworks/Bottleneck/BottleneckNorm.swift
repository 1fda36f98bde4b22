import TensorKernels

/// The batch norm and activation behind a bottleneck's depthwise convolution, plane by plane.
struct BottleneckNorm: Sendable {
  let statistics: ChannelNorm
  let activation: Activation

  private var buffers: NormBuffers { statistics.buffers }

  /// Adds two sums of sixteen lanes.
  func add(_ lanes: UnsafePointer<Float>, plane: Int, slice: Int) {
    let (channels, target) = (statistics.channels, statistics.sums(slice) + plane * planeChannels)
    for lane in 0..<min(planeChannels, channels - plane * planeChannels) {
      target[lane] += Double(lanes[lane])
      target[channels + lane] += Double(lanes[planeChannels + lane])
    }
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
