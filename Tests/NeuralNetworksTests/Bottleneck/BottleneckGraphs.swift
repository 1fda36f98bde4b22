import NeuralNetworks

// Graphs whose wide tensors are streamed in training: more than sixteen wide channels and fewer, and
// everything that may stand around a bottleneck.
extension NetworkBuilder {
  mutating func appendBottlenecks() throws {
    try appendUnit(kernel: 3, stride: 1, channels: 5, .relu)
    // Widened to 20 channels, with a residual sum, and again with squeeze-and-excitation.
    try appendInvertedResidual(channels: 5, kernel: 3, stride: 1, expansion: 4, .hardSwish)
    try appendInvertedResidual(
      channels: 5, kernel: 5, stride: 1, expansion: 7, .relu6, squeezes: true)
    // No expansion: depthwise straight on the narrow tensor, which is also added.
    try appendInvertedResidual(channels: 5, kernel: 3, stride: 1, expansion: 1, .hardSwish)
    // Strides, a sum read by others too, an activation behind the projection.
    try appendInvertedResidual(
      channels: 9, kernel: 5, stride: 2, expansion: 4, .hardSwish, squeezes: true)
    let source = current
    try appendInvertedResidual(channels: 9, kernel: 3, stride: 1, expansion: 2, .relu6)
    try append(.activation(.relu))
    try add(source)
    try appendInvertedResidual(channels: 4, kernel: 3, stride: 2, expansion: 3, .relu6)
    // The head of most small networks.
    try appendUnit(kernel: 1, stride: 1, channels: 21, .hardSwish)
    try append(.globalAveragePool)
  }

  /// The image itself is widened: nobody wants its gradient.
  mutating func appendImageBottleneck() throws {
    try appendInvertedResidual(channels: 4, kernel: 3, stride: 2, expansion: 6, .relu6)
    try append(.globalAveragePool)
  }

  /// Depthwise straight on the image.
  mutating func appendImageSeparable() throws {
    try appendInvertedResidual(channels: 6, kernel: 5, stride: 1, expansion: 1, .hardSwish)
    try append(.activation(.relu6))
    try append(.globalAveragePool)
  }
}
