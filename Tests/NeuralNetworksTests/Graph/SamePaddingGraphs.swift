import NeuralNetworks

// Graphs with TensorFlow's SAME padding at stride 2. The test image has an odd height and an even width, so that the two
// axes differ.
extension NetworkBuilder {
  /// The sum of everything that has a window, dense ones in all forms.
  mutating func appendSamePadding() throws {
    try appendUnit(kernel: 3, stride: 1, channels: 6, .relu, padding: .same)
    let source = current
    let layers: [Layer] = [
      .convolution(kernel: 3, stride: 2, channels: 6, bias: true, padding: .same),
      .convolution(kernel: 2, stride: 2, channels: 6, bias: false, padding: .same),
      .convolution(
        window: WindowSize(height: 4, width: 3), stride: 2, channels: 6, bias: false, padding: .same
      ),
      .depthwiseConvolution(kernel: 3, stride: 2, padding: .same),
      .depthwiseConvolution(kernel: 5, stride: 2, padding: .same),
      .groupedConvolution(
        kernel: 5, stride: 2, channels: 6, groups: 2, bias: false, padding: .same),
      .pooling(.max, kernel: 3, stride: 2, padding: .same),
      .pooling(.average, kernel: 2, stride: 2, padding: .same),
    ]
    var sum: Int?
    for layer in layers {
      current = source
      try append(layer)
      try append(.batchNorm)
      if let sum { try add(sum) }
      sum = current
    }
    try append(.activation(.hardSwish))
    try append(
      .convolution(
        window: WindowSize(height: 2, width: 4), stride: 1, channels: 4, bias: false, padding: .same
      ))
    try append(.batchNorm)
    try append(.globalAveragePool)
  }

  /// Bottlenecks that are streamed in training.
  mutating func appendSameBottlenecks() throws {
    try appendUnit(kernel: 3, stride: 1, channels: 5, .relu)
    let source = current
    try appendInvertedResidual(
      channels: 6, kernel: 3, stride: 2, expansion: 4, .relu6, padding: .same)
    let first = current
    current = source
    try appendInvertedResidual(
      channels: 6, kernel: 5, stride: 2, expansion: 4, .hardSwish, squeezes: true, padding: .same)
    try add(first)
    try appendInvertedResidual(
      channels: 6, kernel: 3, stride: 1, expansion: 3, .relu6, padding: .same)
    try append(.globalAveragePool)
  }
}
