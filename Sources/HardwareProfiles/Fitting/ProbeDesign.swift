import NeuralNetworks

/// A small network whose time is nearly all one kind of kernel, for measuring that kind.
public struct Probe: Hashable, Sendable {
  /// The kind that the probe measures.
  public let kind: InferenceKernel.Kind
  public let network: Network
}

/// The probes that `HostMeasurement` runs.
///
/// For each kind they vary what its formula depends on (channels in and out, window, stride, image
/// size), and stack some small kernels, so that a launch's cost can be told from an inference's.
public enum ProbeDesign {
  /// About 300 probes of at most 32 million MACs, a few milliseconds each on a slow machine.
  public static func probes() throws(NetworkError) -> [Probe] {
    var probes: [Probe] = []
    probes += try pointwise()
    probes += try convolutions()
    probes += try depthwise()
    probes += try dense()
    probes += try squeezeExcitation()
    probes += try pooling()
    probes += try elementwise()
    probes += try passes(.layerNorm, of: .layerNorm)
    probes += try passes(.gelu, of: .gelu)
    return probes
  }

  /// Probes with more MACs than this would take longer than they teach.
  private static let largestMACs = 32_000_000

  private static func pointwise() throws(NetworkError) -> [Probe] {
    let pairs = [
      (8, 8), (8, 32), (32, 8), (16, 64), (64, 16), (32, 32), (64, 64), (64, 128), (128, 32),
      (128, 128), (256, 64), (64, 256),
    ]
    var probes: [Probe] = []
    for side in [28, 14, 7] {
      for (inputs, outputs) in pairs {
        probes += try probe(.pointwise, side, inputs) { builder throws(NetworkError) in
          try builder.appendUnit(
            .convolution(kernel: 1, stride: 1, channels: outputs, bias: false))
        }
      }
      probes += try probe(.pointwise, side, 16, depth: 6) { builder throws(NetworkError) in
        try builder.appendUnit(.convolution(kernel: 1, stride: 1, channels: 16, bias: false))
      }
    }
    return probes
  }

  private static func convolutions() throws(NetworkError) -> [Probe] {
    let pairs = [(1, 16), (3, 32), (8, 8), (16, 16), (16, 64), (32, 32), (64, 32), (64, 64)]
    var probes: [Probe] = []
    for (kernel, stride) in [(3, 1), (3, 2), (5, 1), (5, 2)] {
      for side in [28, 14, 7] {
        for (inputs, outputs) in pairs where side > 7 || inputs >= 16 {
          probes += try probe(.convolution, side, inputs) { builder throws(NetworkError) in
            try builder.appendUnit(
              .convolution(kernel: kernel, stride: stride, channels: outputs, bias: false))
          }
        }
      }
    }
    for side in [14, 7] {
      probes += try probe(.convolution, side, 16, depth: 4) { builder throws(NetworkError) in
        try builder.appendUnit(.convolution(kernel: 3, stride: 1, channels: 16, bias: false))
      }
    }
    return probes
  }

  private static func depthwise() throws(NetworkError) -> [Probe] {
    let shapes = [(28, 8), (28, 32), (28, 96), (14, 16), (14, 64), (14, 192), (7, 32), (7, 256)]
    var probes: [Probe] = []
    for kernel in [3, 5, 7] {
      for stride in [1, 2] {
        for (side, channels) in shapes {
          probes += try probe(.depthwise, side, channels) { builder throws(NetworkError) in
            try builder.appendUnit(.depthwiseConvolution(kernel: kernel, stride: stride))
          }
        }
      }
      probes += try probe(.depthwise, 7, 32, depth: 6) { builder throws(NetworkError) in
        try builder.appendUnit(.depthwiseConvolution(kernel: kernel, stride: 1))
      }
    }
    return probes
  }

  private static func dense() throws(NetworkError) -> [Probe] {
    let pairs = [
      (16, 10), (64, 10), (256, 10), (64, 64), (128, 128), (256, 256), (512, 512), (1024, 512),
      (1024, 1024), (2048, 2048), (4096, 2048),
    ]
    var probes: [Probe] = []
    for (inputs, outputs) in pairs {
      probes += try probe(.dense, 1, inputs) { builder throws(NetworkError) in
        try builder.append(.dense(channels: outputs))
      }
    }
    for width in [32, 256] {
      probes += try probe(.dense, 1, width, depth: 6) { builder throws(NetworkError) in
        try builder.append(.dense(channels: width))
      }
    }
    return probes
  }

  private static func squeezeExcitation() throws(NetworkError) -> [Probe] {
    let shapes = [
      (28, 16, 4), (28, 32, 8), (28, 96, 24), (14, 32, 8), (14, 64, 64), (14, 128, 32),
      (7, 64, 16), (7, 128, 128), (7, 256, 64), (4, 256, 256),
    ]
    var probes: [Probe] = []
    for (side, channels, hidden) in shapes {
      for depth in [1, 4] {
        probes += try probe(.squeezeExcitation, side, channels, depth: depth) {
          builder throws(NetworkError) in
          try builder.append(.squeezeExcitation(hidden: hidden))
        }
      }
    }
    return probes
  }

  private static func pooling() throws(NetworkError) -> [Probe] {
    var probes: [Probe] = []
    for (side, channels) in [(28, 16), (28, 64), (14, 32), (7, 64)] {
      for kind in PoolingKind.allCases {
        for (kernel, stride, padding) in [(2, 2, 0), (3, 2, 1), (3, 1, 1)] {
          probes += try probe(.pooling, side, channels) { builder throws(NetworkError) in
            try builder.append(
              .pooling(
                kind, kernel: kernel, stride: stride, padding: .positions(padding)))
          }
        }
      }
    }
    probes += try probe(.pooling, 7, 16, depth: 4) { builder throws(NetworkError) in
      try builder.append(.pooling(.max, kernel: 3, stride: 1, padding: 1))
    }
    for (side, channels) in [(28, 16), (28, 64), (14, 64), (14, 192), (7, 128), (7, 256), (4, 32)] {
      probes += try probe(.globalPooling, side, channels) { builder throws(NetworkError) in
        try builder.append(.globalAveragePool)
      }
    }
    return probes
  }

  private static func elementwise() throws(NetworkError) -> [Probe] {
    let shapes = [(28, 8), (28, 32), (28, 96), (56, 128), (112, 64), (14, 64), (7, 64), (4, 32)]
    var probes: [Probe] = []
    for (side, channels) in shapes {
      for activation in [Activation.relu, .hardSwish] {
        for depth in [1, 6] {
          probes += try probe(.elementwise, side, channels, depth: depth) {
            builder throws(NetworkError) in
            try builder.append(.activation(activation))
          }
        }
      }
    }
    return probes
  }

  /// Probes of a layer that only passes over the values, with a kernel of its own.
  private static func passes(
    _ kind: InferenceKernel.Kind, of layer: Layer
  ) throws(NetworkError) -> [Probe] {
    var probes: [Probe] = []
    for (side, channels) in [(28, 8), (28, 32), (28, 96), (14, 64), (14, 192), (7, 64), (4, 32)] {
      for depth in [1, 6] {
        probes += try probe(kind, side, channels, depth: depth) { builder throws(NetworkError) in
          try builder.append(layer)
        }
      }
    }
    return probes
  }

  /// Builds `depth` copies of a body on an input of `side`² positions, ended by a global pool if needed.
  private static func probe(
    _ kind: InferenceKernel.Kind, _ side: Int, _ channels: Int, depth: Int = 1,
    body: (inout NetworkBuilder) throws(NetworkError) -> Void
  ) throws(NetworkError) -> [Probe] {
    var builder = NetworkBuilder(
      input: TensorShape(height: side, width: side, channels: channels))
    for _ in 0..<depth { try body(&builder) }
    if builder.currentShape.positionCount > 1 { try builder.append(.globalAveragePool) }
    let network = try builder.network()
    guard network.inferenceKernels.allSatisfy({ $0.macs <= largestMACs }) else { return [] }
    return [Probe(kind: kind, network: network)]
  }
}

extension NetworkBuilder {
  /// Appends a layer with the norm and activation that students have behind it.
  fileprivate mutating func appendUnit(_ layer: Layer) throws(NetworkError) {
    try append(layer)
    try append(.batchNorm)
    try append(.activation(.relu))
  }
}
