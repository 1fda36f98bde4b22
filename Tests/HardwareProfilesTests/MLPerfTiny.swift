import NeuralNetworks

/// MLPerf Tiny's reference networks as workloads.
enum MLPerfTiny: String, CaseIterable {
  case autoencoder
  case resNet8
  case dsCNN
  case mobileNet

  var workload: InferenceWorkload {
    get throws {
      switch self {
      case .autoencoder:
        var builder = NetworkBuilder(input: TensorShape(height: 1, width: 1, channels: 640))
        for channels in [128, 128, 128, 128, 8, 128, 128, 128, 128] {
          try builder.append(.dense(channels: channels))
          try builder.append(.activation(.relu))
        }
        try builder.append(.dense(channels: 640))
        return InferenceWorkload(try builder.network())
      case .resNet8: return InferenceWorkload(try MLPerfTiny.resNet8())
      case .dsCNN: return try MLPerfTiny.dsCNN()
      case .mobileNet:
        return InferenceWorkload(
          try ReferenceNetworks.mobileNetV1(side: 96, width: 8, classes: 2))
      }
    }
  }

  private static func resNet8() throws -> Network {
    var builder = NetworkBuilder(input: TensorShape(height: 32, width: 32, channels: 3))
    try builder.unit(.convolution(kernel: 3, stride: 1, channels: 16, bias: false))
    for (channels, stride) in [(16, 1), (32, 2), (64, 2)] {
      let source = builder.current
      var shortcut = source
      if stride > 1 {
        shortcut = try builder.append(
          .convolution(kernel: 1, stride: stride, channels: channels, bias: true))
        builder.current = source
      }
      try builder.unit(.convolution(kernel: 3, stride: stride, channels: channels, bias: false))
      try builder.append(.convolution(kernel: 3, stride: 1, channels: channels, bias: false))
      try builder.append(.batchNorm)
      try builder.add(shortcut)
      try builder.append(.activation(.relu))
    }
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 10))
    return try builder.network()
  }

  /// Its first layer has windows of 10×4, which no layer of ours has: the kernel is put in place of a 5×5 one of the
  /// same output.
  private static func dsCNN() throws -> InferenceWorkload {
    var builder = NetworkBuilder(input: TensorShape(height: 49, width: 10, channels: 1))
    try builder.unit(.convolution(kernel: 5, stride: 2, channels: 64, bias: false))
    for _ in 0..<4 {
      try builder.unit(.depthwiseConvolution(kernel: 3, stride: 1))
      try builder.unit(.convolution(kernel: 1, stride: 1, channels: 64, bias: false))
    }
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 12))
    let workload = InferenceWorkload(try builder.network())
    var kernels = workload.kernels
    kernels[0].macs = 125 * 64 * 40
    kernels[0].weightCount = 64 * 41
    return InferenceWorkload(kernels: kernels, costs: workload.costs)
  }
}
