import NeuralNetworks

/// Networks of known size for benchmarks.
///
/// S, M, L and T are our own, for images of Fashion-MNIST: three students of inverted residuals and a residual teacher.
/// V, R, D and W are published ones for other images. `Results/benchmarks/scripts/twins` has the same layers in PyTorch.
package enum ReferenceNetwork: String, CaseIterable, Sendable {
  case small = "S"
  case medium = "M"
  case large = "L"
  case teacher = "T"
  /// MobileNetV2 with 0.35 of the channels, for person or no person (visual wake words).
  case mobileNetV2At96 = "V"
  /// ResNet-8 of MLPerf Tiny, for CIFAR-10.
  case resNet8 = "R"
  /// DS-CNN of MLPerf Tiny, for spoken words: 49 moments of 10 coefficients each.
  case dsCNN = "D"
  /// MobileNetV2 with half of the channels, for ImageNet.
  case mobileNetV2At224 = "W"

  /// Those whose own images are Fashion-MNIST's, 28×28×1 in ten classes.
  package static let forFashionMNIST: [ReferenceNetwork] = [.small, .medium, .large, .teacher]

  /// The shape of the images that the network is made for.
  package var input: TensorShape {
    switch self {
    case .small, .medium, .large, .teacher: TensorShape(height: 28, width: 28, channels: 1)
    case .mobileNetV2At96: TensorShape(height: 96, width: 96, channels: 3)
    case .resNet8: TensorShape(height: 32, width: 32, channels: 3)
    case .dsCNN: TensorShape(height: 49, width: 10, channels: 1)
    case .mobileNetV2At224: TensorShape(height: 224, width: 224, channels: 3)
    }
  }

  /// How many classes it tells apart.
  package var classes: Int {
    switch self {
    case .small, .medium, .large, .teacher, .resNet8: 10
    case .mobileNetV2At96: 2
    case .dsCNN: 12
    case .mobileNetV2At224: 1000
    }
  }

  /// The images of a training step unless one asks for others: fewer of large images, as one would train them.
  package var batch: Int {
    switch self {
    case .small, .medium, .large, .teacher, .resNet8, .dsCNN: 64
    case .mobileNetV2At96: 32
    case .mobileNetV2At224: 16
    }
  }

  package func network() throws(NetworkError) -> Network {
    try network(input: input, classes: classes)
  }

  /// Returns the network for other images.
  package func network(input: TensorShape, classes: Int) throws(NetworkError) -> Network {
    var builder = NetworkBuilder(input: input)
    switch self {
    case .small: try builder.appendSmallStudent()
    case .medium: try builder.appendMediumStudent()
    case .large: try builder.appendLargeStudent()
    case .teacher: try builder.appendResidualTeacher()
    case .mobileNetV2At96: try builder.appendMobileNetV2(width: 0.35)
    case .resNet8: try builder.appendResNet8()
    case .dsCNN: try builder.appendDSCNN()
    case .mobileNetV2At224: try builder.appendMobileNetV2(width: 0.5)
    }
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: classes))
    return try builder.network()
  }
}
