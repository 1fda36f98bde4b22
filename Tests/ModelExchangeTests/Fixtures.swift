import FileFormats
import Foundation
import NeuralNetworks
import RandomStreams
import SearchSpaces

/// A network with values that no layer leaves without effect.
struct RandomModel {
  let network: Network
  let parameters: [Float]
  let statistics: [Float]

  init(_ network: Network, seed: UInt64) {
    self.network = network
    let layout = ParameterLayout(network)
    var stream = RandomStream(seed: seed, purpose: "model")
    var parameters = [Float](repeating: 0, count: layout.parameterFloats)
    var statistics = [Float](repeating: 0, count: layout.statisticFloats)
    parameters.withUnsafeMutableBufferPointer {
      layout.initialize($0.baseAddress!, seed: seed)
    }
    for tensor in layout.parameters {
      for place in tensor.offset..<tensor.offset + tensor.count {
        switch tensor.role {
        case .scale: parameters[place] = Float(0.5 + stream.uniform())
        case .shift, .bias, .squeezeBias, .exciteBias:
          parameters[place] = Float(0.5 * stream.normal())
        default: break
        }
      }
    }
    for tensor in layout.statistics {
      for place in tensor.offset..<tensor.offset + tensor.count {
        statistics[place] =
          tensor.role == .runningMean
          ? Float(0.3 * stream.normal()) : Float(0.5 + stream.uniform())
      }
    }
    (self.parameters, self.statistics) = (parameters, statistics)
  }

  var onnx: ONNXModel {
    ONNXModel(
      network, parameters: parameters, statistics: statistics, metadata: ["classes": "10"])
  }

  /// Returns the logits of an image `[H, W, C]`.
  func logits(of image: [Float]) -> [Float] {
    let plan = parameters.withUnsafeBufferPointer { parameters in
      (statistics + [0]).withUnsafeBufferPointer { statistics in
        FloatInferencePlan(
          network, parameters: parameters.baseAddress!, statistics: statistics.baseAddress!)
      }
    }
    plan.input.update(from: image, count: image.count)
    plan.run(images: 1)
    return Array(
      UnsafeBufferPointer(start: plan.logits, count: network.outputShape.channels))
  }

  /// Returns a random image `[H, W, C]`.
  func image(seed: UInt64) -> [Float] {
    var stream = RandomStream(seed: seed, purpose: "image")
    return (0..<network.inputShape.elementCount).map { _ in Float(stream.normal()) }
  }
}

/// Returns random students of a shipped space.
func students(of name: String, count: Int, channels: Int = 3) throws -> [Network] {
  let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "SearchSpaces/\(name).json")
  let space = try SearchSpace(contentsOf: file.path())
  var stream = RandomStream(seed: 4, purpose: "students")
  return try (0..<count).map { _ in
    try space.network(
      for: space.randomArchitecture(using: &stream),
      input: TensorShape(height: 28, width: 28, channels: channels), classes: 10)
  }
}

let shippedSpaces = ["mobile-cnn", "quick-mobile", "plain-residual", "nas-bench-201", "fbnet"]

/// A network with every layer that the shipped spaces do not have, or not there: dense layers that read
/// positions and vectors, norms and activations alone, zeros, sums of a vector and an image.
func unusualNetwork() throws -> Network {
  var builder = NetworkBuilder(input: TensorShape(height: 6, width: 5, channels: 3))
  try builder.append(.batchNorm)
  try builder.append(.activation(.hardSwish))
  try builder.append(.convolution(kernel: 3, stride: 1, channels: 8, bias: true))
  let source = builder.current
  try builder.append(.groupedConvolution(kernel: 3, stride: 1, channels: 8, groups: 2, bias: false))
  try builder.append(.batchNorm)
  try builder.append(.channelShuffle(groups: 2))
  try builder.append(.squeezeExcitation(hidden: 3))
  try builder.append(.activation(.relu6))
  try builder.append(.depthwiseConvolution(kernel: 5, stride: 1))
  try builder.add(source)
  try builder.append(.activation(.relu))
  let sum = builder.current
  try builder.append(.pooling(.max, kernel: 3, stride: 1, padding: 1))
  try builder.append(.zero)
  try builder.add(sum)
  try builder.append(.batchNorm)
  try builder.append(.pooling(.average, kernel: 3, stride: 2, padding: 1))
  let pooled = builder.current
  try builder.append(.globalAveragePool)
  let mean = builder.current
  builder.current = pooled
  try builder.append(.dense(channels: 8))
  try builder.append(.batchNorm)
  try builder.append(.activation(.relu6))
  try builder.append(.dropout(rate: 0.2))
  try builder.add(mean)
  try builder.append(.convolution(kernel: 1, stride: 1, channels: 6, bias: false))
  try builder.append(.activation(.hardSwish))
  try builder.append(.channelShuffle(groups: 3))
  try builder.append(.groupedConvolution(kernel: 1, stride: 1, channels: 4, groups: 2, bias: true))
  try builder.append(.dropout(rate: 0.5))
  try builder.append(.dense(channels: 4))
  return try builder.network()
}
