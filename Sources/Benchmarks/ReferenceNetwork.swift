import NeuralNetworks

/// Networks of known size for benchmarks: three students of inverted residuals and a residual teacher,
/// for 28×28×1 images and ten classes.
package enum ReferenceNetwork: String, CaseIterable, Sendable {
  case small = "S"
  case medium = "M"
  case large = "L"
  case teacher = "T"

  package func network() throws(NetworkError) -> Network {
    try network(input: TensorShape(height: 28, width: 28, channels: 1), classes: 10)
  }

  /// Returns the network for other images.
  package func network(input: TensorShape, classes: Int) throws(NetworkError) -> Network {
    var builder = NetworkBuilder(input: input)
    switch self {
    case .small:
      try builder.appendNormed(3, stride: 2, channels: 12, .relu6)
      try builder.appendInvertedResidual(12, expansion: 1, .relu6)
      try builder.appendInvertedResidual(16, stride: 2, expansion: 3, .relu6)
      try builder.appendInvertedResidual(16, expansion: 3, .relu6)
      try builder.appendInvertedResidual(32, stride: 2, expansion: 3, .relu6)
      try builder.appendInvertedResidual(32, expansion: 3, .relu6)
      try builder.appendNormed(1, channels: 64, .relu6)
    case .medium:
      try builder.appendNormed(3, channels: 16, .hardSwish)
      try builder.appendInvertedResidual(16, expansion: 1, .hardSwish)
      try builder.appendInvertedResidual(24, stride: 2, expansion: 4, .hardSwish)
      try builder.appendInvertedResidual(24, expansion: 4, .hardSwish)
      try builder.appendInvertedResidual(
        40, kernel: 5, stride: 2, expansion: 4, .hardSwish, squeezes: true)
      try builder.appendInvertedResidual(40, kernel: 5, expansion: 4, .hardSwish, squeezes: true)
      try builder.appendInvertedResidual(64, expansion: 4, .hardSwish, squeezes: true)
      try builder.appendNormed(1, channels: 128, .hardSwish)
    case .large:
      try builder.appendNormed(3, channels: 24, .hardSwish)
      try builder.appendInvertedResidual(24, expansion: 2, .hardSwish)
      for block in 0..<3 {
        try builder.appendInvertedResidual(
          40, kernel: 5, stride: block == 0 ? 2 : 1, expansion: 4, .hardSwish)
      }
      for block in 0..<3 {
        try builder.appendInvertedResidual(
          80, stride: block == 0 ? 2 : 1, expansion: 6, .hardSwish, squeezes: true)
      }
      try builder.appendNormed(1, channels: 256, .hardSwish)
    case .teacher:
      try builder.appendNormed(3, channels: 32, .relu)
      try builder.appendBasicBlock(channels: 32, stride: 1)
      try builder.appendBasicBlock(channels: 64, stride: 2)
      try builder.appendBasicBlock(channels: 128, stride: 2)
    }
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: classes))
    return try builder.network()
  }
}

extension NetworkBuilder {
  fileprivate mutating func appendNormed(
    _ kernel: Int, stride: Int = 1, channels: Int, _ activation: Activation
  ) throws(NetworkError) {
    try appendNormed(kernel: kernel, stride: stride, channels: channels, activation: activation)
  }

  fileprivate mutating func appendInvertedResidual(
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
