import NeuralNetworks

/// Networks whose latencies others have published, and small ones to compute by hand.
enum ReferenceNetworks {
  /// Convolution 3×3 (1 → 8 channels, 8×8) with norm and ReLU, global pool, dense to 10.
  static func tiny() throws -> Network {
    var builder = NetworkBuilder(input: TensorShape(height: 8, width: 8, channels: 1))
    try builder.unit(.convolution(kernel: 3, stride: 1, channels: 8, bias: false))
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 10))
    return try builder.network()
  }

  /// MobileNet v1, arXiv:1704.04861: 569 million MACs at 224.
  static func mobileNetV1(side: Int = 224, width: Int = 32) throws -> Network {
    var builder = NetworkBuilder(input: TensorShape(height: side, width: side, channels: 3))
    try builder.unit(.convolution(kernel: 3, stride: 2, channels: width, bias: false))
    let blocks =
      [(2, 1), (4, 2), (4, 1), (8, 2), (8, 1), (16, 2)] + Array(repeating: (16, 1), count: 5)
      + [(32, 2), (32, 1)]
    for (multiple, stride) in blocks {
      try builder.unit(.depthwiseConvolution(kernel: 3, stride: stride))
      try builder.unit(
        .convolution(kernel: 1, stride: 1, channels: multiple * width, bias: false))
    }
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 1000))
    return try builder.network()
  }

  /// MobileNet v2, arXiv:1801.04381: 300 million MACs at 224.
  static func mobileNetV2() throws -> Network {
    var builder = NetworkBuilder(input: TensorShape(height: 224, width: 224, channels: 3))
    try builder.unit(.convolution(kernel: 3, stride: 2, channels: 32, bias: false))
    let stages = [
      (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
      (6, 320, 1, 1),
    ]
    for (expansion, channels, depth, firstStride) in stages {
      for block in 0..<depth {
        let stride = block == 0 ? firstStride : 1
        let (source, inputs) = (builder.current, builder.currentShape.channels)
        if expansion > 1 {
          try builder.unit(
            .convolution(kernel: 1, stride: 1, channels: expansion * inputs, bias: false))
        }
        try builder.unit(.depthwiseConvolution(kernel: 3, stride: stride))
        try builder.append(.convolution(kernel: 1, stride: 1, channels: channels, bias: false))
        try builder.append(.batchNorm)
        if stride == 1 && inputs == channels { try builder.add(source) }
      }
    }
    try builder.unit(.convolution(kernel: 1, stride: 1, channels: 1280, bias: false))
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 1000))
    return try builder.network()
  }

  /// ResNet-18, arXiv:1512.03385: 1.8 thousand million MACs at 224.
  static func resNet18() throws -> Network {
    var builder = NetworkBuilder(input: TensorShape(height: 224, width: 224, channels: 3))
    try builder.unit(.convolution(kernel: 7, stride: 2, channels: 64, bias: false))
    try builder.append(.pooling(.max, kernel: 3, stride: 2, padding: 1))
    for (channels, firstStride) in [(64, 1), (128, 2), (256, 2), (512, 2)] {
      for stride in [firstStride, 1] {
        let source = builder.current
        var shortcut = source
        if stride > 1 {
          try builder.append(
            .convolution(kernel: 1, stride: stride, channels: channels, bias: false))
          shortcut = try builder.append(.batchNorm)
          builder.current = source
        }
        try builder.unit(.convolution(kernel: 3, stride: stride, channels: channels, bias: false))
        try builder.append(.convolution(kernel: 3, stride: 1, channels: channels, bias: false))
        try builder.append(.batchNorm)
        try builder.add(shortcut)
        try builder.append(.activation(.relu))
      }
    }
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 1000))
    return try builder.network()
  }
}

extension NetworkBuilder {
  /// Appends a layer with a norm and ReLU behind it.
  mutating func unit(_ layer: Layer) throws {
    try append(layer)
    try append(.batchNorm)
    try append(.activation(.relu))
  }
}
