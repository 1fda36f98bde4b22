import NeuralNetworks

/// Four networks for 28×28×1 images whose costs were counted independently, layer by layer: three
/// students of inverted residuals and a small residual teacher.
enum ReferenceStudent: String, CaseIterable, Sendable {
  case small = "S"
  case medium = "M"
  case large = "L"
  case teacher = "T"

  /// Multiply–accumulates of one image's forward pass.
  var macs: Int {
    switch self {
    case .small: 510_420
    case .medium: 5_615_136
    case .large: 24_072_624
    case .teacher: 37_156_608
    }
  }

  /// Trained parameters.
  var parameters: Int {
    switch self {
    case .small: 17_406
    case .medium: 95_826
    case .large: 530_030
    case .teacher: 308_074
    }
  }

  func network() throws -> Network {
    var builder = NetworkBuilder(input: TensorShape(height: 28, width: 28, channels: 1))
    switch self {
    case .small:
      try builder.appendUnit(kernel: 3, stride: 2, channels: 12, .relu6)
      for (channels, stride, expansion) in [
        (12, 1, 1), (16, 2, 3), (16, 1, 3), (32, 2, 3), (32, 1, 3),
      ] {
        try builder.appendInvertedResidual(
          channels: channels, kernel: 3, stride: stride, expansion: expansion, .relu6)
      }
      try builder.appendUnit(kernel: 1, stride: 1, channels: 64, .relu6)
    case .medium:
      try builder.appendUnit(kernel: 3, stride: 1, channels: 16, .hardSwish)
      for (channels, kernel, stride, expansion, squeezes) in [
        (16, 3, 1, 1, false), (24, 3, 2, 4, false), (24, 3, 1, 4, false), (40, 5, 2, 4, true),
        (40, 5, 1, 4, true), (64, 3, 1, 4, true),
      ] {
        try builder.appendInvertedResidual(
          channels: channels, kernel: kernel, stride: stride, expansion: expansion, .hardSwish,
          squeezes: squeezes)
      }
      try builder.appendUnit(kernel: 1, stride: 1, channels: 128, .hardSwish)
    case .large:
      try builder.appendUnit(kernel: 3, stride: 1, channels: 24, .hardSwish)
      for (channels, kernel, stride, expansion, squeezes) in [
        (24, 3, 1, 2, false), (40, 5, 2, 4, false), (40, 5, 1, 4, false), (40, 5, 1, 4, false),
        (80, 3, 2, 6, true), (80, 3, 1, 6, true), (80, 3, 1, 6, true),
      ] {
        try builder.appendInvertedResidual(
          channels: channels, kernel: kernel, stride: stride, expansion: expansion, .hardSwish,
          squeezes: squeezes)
      }
      try builder.appendUnit(kernel: 1, stride: 1, channels: 256, .hardSwish)
    case .teacher:
      try builder.appendUnit(kernel: 3, stride: 1, channels: 32, .relu)
      for (channels, stride) in [(32, 1), (64, 2), (128, 2)] {
        try builder.appendPlainResidual(channels: channels, stride: stride)
      }
    }
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 10))
    return try builder.network()
  }
}

extension NetworkBuilder {
  /// A convolution without bias, a norm and, unless nil, an activation.
  mutating func appendUnit(
    kernel: Int, stride: Int, channels: Int, _ activation: Activation?, padding: Padding = .half
  ) throws {
    try append(
      .convolution(
        kernel: kernel, stride: stride, channels: channels, bias: false, padding: padding))
    try append(.batchNorm)
    if let activation { try append(.activation(activation)) }
  }

  /// Expand, depthwise, squeeze (to a quarter), project; around an identity where the shapes allow it.
  mutating func appendInvertedResidual(
    channels: Int, kernel: Int, stride: Int, expansion: Int, _ activation: Activation,
    squeezes: Bool = false, padding: Padding = .half
  ) throws {
    let (source, inputs) = (current, currentShape.channels)
    let wide = expansion * inputs
    if expansion != 1 {
      try appendUnit(kernel: 1, stride: 1, channels: wide, activation)
    }
    try append(.depthwiseConvolution(kernel: kernel, stride: stride, padding: padding))
    try append(.batchNorm)
    try append(.activation(activation))
    if squeezes { try append(.squeezeExcitation(hidden: max(4, wide / 4))) }
    try appendUnit(kernel: 1, stride: 1, channels: channels, nil)
    if stride == 1 && inputs == channels { try add(source) }
  }

  /// Two 3×3 convolutions around an identity or, where the shape changes, a projection.
  mutating func appendPlainResidual(channels: Int, stride: Int) throws {
    let source = current
    let inputs = currentShape.channels
    try appendUnit(kernel: 3, stride: stride, channels: channels, .relu)
    try appendUnit(kernel: 3, stride: 1, channels: channels, nil)
    if stride == 1 && inputs == channels {
      try add(source)
    } else {
      let main = current
      current = source
      try appendUnit(kernel: 1, stride: stride, channels: channels, nil)
      try add(main)
    }
    try append(.activation(.relu))
  }
}
