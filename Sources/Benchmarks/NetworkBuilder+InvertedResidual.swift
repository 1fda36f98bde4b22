import NeuralNetworks

extension NetworkBuilder {
  mutating func appendNormed(
    _ kernel: Int, stride: Int = 1, channels: Int, _ activation: Activation
  ) throws(NetworkError) {
    try appendNormed(kernel: kernel, stride: stride, channels: channels, activation: activation)
  }

  /// Appends an inverted residual block; the residual is added where the shape stays.
  ///
  /// - Parameters:
  ///   - channels: What the block ends with.
  ///   - expansion: The inner channels as a multiple of the outer; with 1 there is no expansion.
  mutating func appendInvertedResidual(
    _ channels: Int, kernel: Int = 3, stride: Int = 1, expansion: Int, _ activation: Activation,
    squeezes: Bool = false
  ) throws(NetworkError) {
    let entrance = current
    let entranceShape = currentShape
    let hidden = currentShape.channels * expansion
    if expansion != 1 { try appendNormed(1, channels: hidden, activation) }
    try append(.depthwiseConvolution(kernel: kernel, stride: stride))
    try append(.batchNorm)
    try append(.activation(activation))
    if squeezes { try append(.squeezeExcitation(hidden: max(4, hidden / 4))) }
    try appendNormed(1, channels: channels, .identity)
    if currentShape == entranceShape { try add(entrance) }
  }
}
