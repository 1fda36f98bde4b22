import DeployedModels

/// The plainest int8 model of an fp32 one: ranges are the smallest and the largest value that images give.
struct MinMaxQuantizer {
  private let model: DeployedModel
  private var lowest: [Float]
  private var highest: [Float]

  init(_ model: DeployedModel, images: [[Float]]) {
    self.model = model
    lowest = model.tensors.map { _ in 0 }
    highest = lowest
    var interpreter = FloatInterpreter(model)
    for image in images {
      interpreter.run(image)
      for (tensor, values) in interpreter.values.enumerated() where !values.isEmpty {
        lowest[tensor] = min(lowest[tensor], values.min() ?? 0)
        highest[tensor] = max(highest[tensor], values.max() ?? 0)
      }
    }
  }

  /// The int8 model, by the rules of LiteRT's 8-bit specification.
  func quantized() -> DeployedModel {
    var result = model
    for tensor in model.tensors.indices where !model.tensors[tensor].isConstant {
      result.tensors[tensor].type = .int8
      result.tensors[tensor].quantization = activation(tensor)
    }
    for step in model.operators {
      switch step.kind {
      case .averagePool, .maxPool, .reshape, .pad, .transpose, .relu6:
        result.tensors[step.output].quantization = result.tensors[step.inputs[0]].quantization
      case .softmax, .logistic:
        result.tensors[step.output].quantization = TensorQuantization(
          scale: 1 / 256, zeroPoint: -128)
      case .convolution: quantizeWeights(step, axis: 0, in: &result)
      case .depthwiseConvolution: quantizeWeights(step, axis: 3, in: &result)
      case .fullyConnected: quantizeWeights(step, axis: nil, in: &result)
      case .add, .multiply:
        for input in step.inputs where model.tensors[input].isConstant {
          quantizeConstant(input, axis: nil, in: &result)
        }
      case .mean, .relu, .hardSwish, .gelu, .quantize, .dequantize: break
      }
    }
    return result
  }

  private func activation(_ tensor: Int) -> TensorQuantization {
    let (low, high) = (min(lowest[tensor], 0), max(highest[tensor], 0))
    let scale = max(high - low, 1e-6) / 255
    let zeroPoint = Int32((-128 - low / scale).rounded())
    return TensorQuantization(scale: scale, zeroPoint: min(127, max(-128, zeroPoint)))
  }

  private func floats(_ tensor: Int) -> [Float] {
    guard case .float32(let values) = model.tensors[tensor].values else {
      preconditionFailure("tensor \(tensor) has no floats")
    }
    return values
  }

  /// Rounds a constant to [−127, 127] with one scale, or one for each place along an axis.
  ///
  /// - Parameter least: The least scale, of all or of each place.
  private func quantizeConstant(
    _ tensor: Int, axis: Int?, least: [Float] = [0], in result: inout DeployedModel
  ) {
    let (values, shape) = (floats(tensor), model.tensors[tensor].shape)
    let channels = axis.map { shape[$0] } ?? 1
    let stride = axis.map { shape[($0 + 1)...].reduce(1, *) } ?? values.count
    var largest = [Float](repeating: 0, count: channels)
    for (place, value) in values.enumerated() {
      let channel = place / stride % channels
      largest[channel] = max(largest[channel], abs(value))
    }
    let scales = largest.enumerated().map { channel, value in
      value > 0 ? max(value / 127, least[channel % least.count]) : 1
    }
    let integers = values.indices.map {
      Int8((values[$0] / scales[$0 / stride % channels]).rounded())
    }
    result.tensors[tensor].type = .int8
    result.tensors[tensor].values = .int8(integers)
    result.tensors[tensor].quantization =
      axis.map { TensorQuantization(scales: scales, axis: $0) }
      ?? TensorQuantization(scale: scales[0], zeroPoint: 0)
  }

  private func quantizeWeights(
    _ step: DeployedOperator, axis: Int?, in result: inout DeployedModel
  ) {
    guard let input = result.tensors[step.inputs[0]].quantization else { return }
    let bias = step.inputs[2]
    // A bias has to fit into 31 bits: where the weights are small, their scale is larger for it.
    var least = floats(bias).map { abs($0) / (input.scale * 1e9) }
    if axis == nil { least = [least.max() ?? 0] }
    quantizeConstant(step.inputs[1], axis: axis, least: least, in: &result)
    guard let weights = result.tensors[step.inputs[1]].quantization else { return }
    let scales = weights.scales.map { $0 * input.scale }
    result.tensors[bias].type = .int32
    result.tensors[bias].values = .int32(
      floats(bias).enumerated().map { channel, value in
        Int32((value / scales[channel % scales.count]).rounded())
      })
    result.tensors[bias].quantization =
      scales.count > 1
      ? TensorQuantization(scales: scales, axis: 0)
      : TensorQuantization(scale: scales[0], zeroPoint: 0)
  }
}
