import TensorKernels

/// The memory that a bottleneck keeps for the whole of training.
struct BottleneckState {
  let weights: BottleneckLayer.Weights
  /// Of the depthwise convolution's norm.
  let norm: ChannelNorm.Memory
  /// Every slice's `[planes, k·k, 16]`.
  let filterGradients: [UnsafeMutablePointer<Float>]
  let linear: (norm: LinearNormBuffers, moments: [LinearMoments])?
  let excitation: ExcitationGate.Memory?

  /// - Parameters:
  ///   - inputs: The expansion's input channels, nil without one.
  ///   - hidden: The hidden width of squeeze-and-excitation, nil without it.
  ///   - images: Of each slice.
  init(
    _ shape: BottleneckShape, inputs: Int?, hidden: Int?, images: [Int],
    cursor: inout MemoryCursor
  ) {
    weights = BottleneckLayer.Weights(shape, cursor: &cursor)
    norm = ChannelNorm.Memory(
      channels: shape.channels, slices: images.count, cursor: &cursor)
    var gradients: [UnsafeMutablePointer<Float>] = []
    for _ in images {
      gradients.append(cursor.take(shape.planes * shape.taps * planeChannels))
    }
    filterGradients = gradients
    linear = inputs.map {
      StreamedExpansion.place(
        inputs: $0, outputs: shape.channels, slices: images.count, cursor: &cursor)
    }
    excitation = hidden.map {
      ExcitationGate.Memory(
        channels: shape.channels, hidden: $0, images: images, cursor: &cursor)
    }
  }
}
