import Foundation
import NeuralNetworks
import TensorKernels

/// Twenty training steps of a small network, as PyTorch computed them.
///
/// Fixtures/make_training_trace.py made the file. The network and its formula for weights and data stand
/// there and here: value i of tensor t is a multiple of chirp(i, t) = sin(0.7·i² + 1.3·i + t).
struct TrainingTrace: Decodable {
  /// The steps in one precision.
  struct Run: Decodable {
    let loss: [Double]
    let gradientNorm: [Double]
    /// The first and the middle value of every tensor after the last step, by the tensor's name.
    let probes: [String: [Double]]

    enum CodingKeys: String, CodingKey {
      case loss
      case gradientNorm = "gradient_norm"
      case probes
    }
  }

  let float64: Run
  let float32: Run

  static func load() throws -> TrainingTrace {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Fixtures/training-trace.json")
    return try JSONDecoder().decode(TrainingTrace.self, from: Data(contentsOf: file))
  }

  static let steps = 20
  static let batch = 8
  static let classes = 10
  static let loss = LossWeights(distillation: 0.7, temperature: 4, labelSmoothing: 0.1)
  static let rate = 0.05
  static let weightDecay: Float = 1e-3
  static let image = TensorShape(height: 12, width: 12, channels: 2)

  static func chirp(_ i: Int, _ t: Int) -> Double {
    let x = Double(i)
    return sin(0.7 * x * x + 1.3 * x + Double(t))
  }

  /// The trained network: every kind of block that students are made of.
  static func network() throws -> Network {
    var builder = NetworkBuilder(input: image)
    // 1–3: the stem.
    try builder.appendUnit(kernel: 3, stride: 2, channels: 12, .relu6)
    // 4–12: inverted residual with a 5×5 window, stride 2 and squeeze-and-excitation of 36 to 9.
    try builder.appendInvertedResidual(
      channels: 16, kernel: 5, stride: 2, expansion: 3, .hardSwish, squeezes: true)
    // 13–21: inverted residual around an identity.
    try builder.appendInvertedResidual(
      channels: 16, kernel: 3, stride: 1, expansion: 3, .relu6)
    // 22–30: plain residual with a projection, which comes after the main path.
    try builder.appendPlainResidual(channels: 24, stride: 2)
    // 31–35: the head.
    try builder.appendUnit(kernel: 1, stride: 1, channels: 32, .hardSwish)
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: classes))
    return try builder.network()
  }

  /// Value i of a tensor before the first step.
  static func start(_ tensor: ParameterLayout.Tensor, _ i: Int) -> Float {
    let roles: [ParameterLayout.Role] = [
      .weight, .bias, .scale, .shift, .squeezeWeight, .squeezeBias, .exciteWeight, .exciteBias,
    ]
    let value = chirp(i, 10 * tensor.node + (roles.firstIndex(of: tensor.role) ?? 0))
    // A depthwise filter reads k·k values, everything else as many as its last axis does not count.
    let outputs = tensor.shape[tensor.shape.count - 1]
    let fanIn = Double(tensor.count / outputs)
    switch tensor.role {
    case .weight where tensor.shape.count > 2: return Float(2 / fanIn.squareRoot() * value)
    case .weight, .squeezeWeight, .exciteWeight: return Float((2 / fanIn).squareRoot() * value)
    case .scale: return Float(1 + 0.2 * value)
    default: return Float(0.1 * value)
    }
  }

  /// Fills a slice with its part of the step's batch.
  static func fill(_ slice: TrainingSlice) {
    let batch = slice.step % 4
    for (place, n) in slice.range.enumerated() {
      for i in 0..<image.elementCount {
        slice.images[place * image.elementCount + i] = Float(
          chirp(n * image.elementCount + i, 2000 + batch))
      }
      for c in 0..<classes {
        slice.teacher[place * classes + c] = Float(6 * chirp(n * classes + c, 3000 + batch))
      }
      slice.labels[place] = Int32((7 * n + 3 * batch) % 10)
    }
  }
}
