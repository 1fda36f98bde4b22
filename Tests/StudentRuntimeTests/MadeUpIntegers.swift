import DeployedModels
import NetworkFixtures
import NeuralNetworks
import RandomStreams

/// Quantises a model by the ranges seen on a few random images, enough for a file that runtimes run.
struct MadeUpIntegers {
  private(set) var model: DeployedModel

  init(_ float: DeployedModel, images: [[Float]]) {
    model = float
    var ranges = [ClosedRange<Float>](repeating: 0...0, count: model.tensors.count)
    var interpreter = FloatInterpreter(float)
    for image in images {
      interpreter.run(image)
      for (tensor, values) in interpreter.values.enumerated() where !values.isEmpty {
        let (low, high) = (values.min() ?? 0, values.max() ?? 0)
        ranges[tensor] = min(low, ranges[tensor].lowerBound)...max(high, ranges[tensor].upperBound)
      }
    }
    for index in model.tensors.indices where model.tensors[index].type == .float32 {
      let range = ranges[index]
      let scale = max((range.upperBound - range.lowerBound) / 255, 1e-6)
      let zero = Int32((-128 - range.lowerBound / scale).rounded())
      model.tensors[index].quantization = TensorQuantization(
        scale: scale, zeroPoint: min(127, max(-128, zero)))
    }
    for step in model.operators where step.kind.keepsScale {
      model.tensors[step.output].quantization = model.tensors[step.inputs[0]].quantization
    }
    for step in float.operators {
      switch step.kind {
      case .convolution, .fullyConnected: quantizeWeights(of: step, axis: 0)
      case .depthwiseConvolution: quantizeWeights(of: step, axis: 3)
      default: break
      }
    }
    for index in model.tensors.indices where model.tensors[index].type == .float32 {
      model.tensors[index].type = .int8
      guard case .float32(let values) = model.tensors[index].values,
        let quantization = model.tensors[index].quantization
      else { continue }
      model.tensors[index].values = .int8(
        values.map {
          Int8(
            clamping: Int(($0 / quantization.scale).rounded()) + Int(quantization.zeroPoint))
        })
    }
  }

  /// One scale a channel for convolutions, one in all for dense layers.
  private mutating func quantizeWeights(of step: DeployedOperator, axis: Int) {
    let weights = model.tensors[step.inputs[1]]
    guard case .float32(let values) = weights.values,
      case .float32(let bias) = model.tensors[step.inputs[2]].values,
      let read = model.tensors[step.inputs[0]].quantization
    else { return }
    let outputs = bias.count
    func channel(_ place: Int) -> Int {
      if case .fullyConnected = step.kind { return 0 }
      return axis == 0 ? place / (values.count / outputs) : place % outputs
    }
    var largest = [Float](repeating: 1e-6, count: step.kind == .fullyConnected ? 1 : outputs)
    for (place, value) in values.enumerated() {
      largest[channel(place)] = max(largest[channel(place)], abs(value))
    }
    let scales = largest.map { $0 / 127 }
    model.tensors[step.inputs[1]].type = .int8
    model.tensors[step.inputs[1]].values = .int8(
      values.enumerated().map { Int8(($1 / scales[channel($0)]).rounded()) })
    model.tensors[step.inputs[1]].quantization = TensorQuantization(
      scales: scales, axis: scales.count == 1 ? 0 : axis)
    model.tensors[step.inputs[2]].type = .int32
    model.tensors[step.inputs[2]].values = .int32(
      bias.enumerated().map {
        Int32(($1 / (read.scale * scales[scales.count == 1 ? 0 : $0])).rounded())
      })
    model.tensors[step.inputs[2]].quantization = TensorQuantization(
      scales: scales.map { read.scale * $0 }, axis: 0)
  }
}

extension DeployedOperator.Kind {
  /// Whether the output's integers mean what the input's do.
  fileprivate var keepsScale: Bool {
    switch self {
    case .averagePool, .maxPool, .reshape, .pad, .transpose, .relu6: true
    default: false
    }
  }
}

extension RandomModel {
  /// The model as operators.
  var deployed: DeployedModel {
    get throws {
      try LoweredNetwork(network, parameters: parameters, statistics: statistics).model
    }
  }

  /// The model as operators of int8.
  var deployedIntegers: DeployedModel {
    get throws { MadeUpIntegers(try deployed, images: [image(seed: 11), image(seed: 12)]).model }
  }
}

/// A network of a few layers, whose files are small.
func smallNetwork() throws -> Network {
  var builder = NetworkBuilder(input: TensorShape(height: 6, width: 6, channels: 2))
  try builder.append(.convolution(kernel: 3, stride: 2, channels: 4, bias: true))
  try builder.append(.activation(.relu6))
  let source = builder.current
  try builder.append(.depthwiseConvolution(kernel: 3, stride: 1))
  try builder.append(.batchNorm)
  try builder.append(.activation(.relu))
  try builder.add(source)
  try builder.append(.globalAveragePool)
  try builder.append(.dense(channels: 3))
  return try builder.network()
}
