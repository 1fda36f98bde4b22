import Foundation
import HardwareProfiles
import NeuralNetworks
import RandomStreams

/// A machine of one roofline, 20 GMAC/s and three memory levels, with noise that only ever adds time.
struct MadeUpDevice {
  /// One standard deviation of the relative noise.
  var noise = 0.0

  static let measurementProtocol = MeasurementProtocol(
    runtime: "made up", resolution: "any", affinity: "none", thermal: "none")

  /// The path of a profile that is no machine's on which these tests run.
  static let shippedProfile = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "HardwareProfiles/raspberry-pi-4.json").path()

  /// Returns the microseconds of one inference.
  func microseconds(_ network: Network, _ random: inout RandomStream) -> Double {
    let exact = network.inferenceKernels.reduce(3.0) { sum, kernel in
      let bytes = kernel.bytesMoved
      let rate = bytes <= 1 << 15 ? 80_000.0 : bytes <= 1 << 20 ? 30_000 : 9_000
      return sum + 0.5 + max(Double(kernel.macs) / 20_000, Double(bytes) / rate)
    }
    return exact * (1 + noise * abs(random.normal()))
  }

  /// Students of a stem, depthwise separable blocks and a head.
  static func students(_ count: Int) throws -> [Network] {
    var random = RandomStream(seed: 1, purpose: "students")
    return try (0..<count).map { _ in
      var builder = NetworkBuilder(input: TensorShape(height: 28, width: 28, channels: 1))
      func unit(_ layer: Layer) throws {
        try builder.append(layer)
        try builder.append(.batchNorm)
        try builder.append(.activation(.relu))
      }
      let stem = 8 * (1 + random.integer(below: 4))
      try unit(.convolution(kernel: 3, stride: 1, channels: stem, bias: false))
      for _ in 0..<(1 + random.integer(below: 6)) {
        try unit(
          .depthwiseConvolution(
            kernel: 3 + 2 * random.integer(below: 3), stride: 1 + random.integer(below: 4) / 3))
        let channels = 16 * (1 + random.integer(below: 10))
        try unit(.convolution(kernel: 1, stride: 1, channels: channels, bias: false))
      }
      try builder.append(.globalAveragePool)
      try builder.append(.dense(channels: 10))
      return try builder.network()
    }
  }
}
