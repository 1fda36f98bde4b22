import DeployedModels

/// Returns an fp32 model in int8, by the smallest and largest value of each tensor over some images: the plainest
/// quantisation there is, for tests of what runs int8 models.
package func minMaxQuantized(_ model: DeployedModel, images: [[Float]]) -> DeployedModel {
  var conversion = MinMaxConversion(model, images: images)
  for step in model.operators { conversion.convert(step) }
  return conversion.result
}

private struct MinMaxConversion {
  let source: DeployedModel
  let ranges: [(low: Float, high: Float)]
  var result: DeployedModel

  init(_ model: DeployedModel, images: [[Float]]) {
    source = model
    result = model
    var interpreter = FloatInterpreter(model)
    var ranges = [(low: Float, high: Float)](repeating: (0, 0), count: model.tensors.count)
    for image in images {
      interpreter.run(image)
      for (tensor, values) in interpreter.values.enumerated() {
        ranges[tensor].low = min(ranges[tensor].low, values.min() ?? 0)
        ranges[tensor].high = max(ranges[tensor].high, values.max() ?? 0)
      }
    }
    self.ranges = ranges
    store(observed(model.input), in: model.input)
  }

  private func observed(_ tensor: Int) -> TensorQuantization {
    let (low, high) = ranges[tensor]
    let scale = max((high - low) / 255, 1e-6)
    return TensorQuantization(
      scale: scale, zeroPoint: Int32(max(-128, min(127, (-128 - low / scale).rounded()))))
  }

  private mutating func store(_ quantization: TensorQuantization, in tensor: Int) {
    result.tensors[tensor].type = .int8
    result.tensors[tensor].quantization = quantization
  }

  mutating func convert(_ step: DeployedOperator) {
    switch step.kind {
    case .convolution, .depthwiseConvolution, .fullyConnected: convertWeights(step)
    case .add, .multiply: convertConstant(step.inputs[1])
    default: break
    }
    switch step.kind {
    case .averagePool, .maxPool, .reshape, .pad, .transpose, .relu6:
      if let quantization = result.tensors[step.inputs[0]].quantization {
        store(quantization, in: step.output)
      }
    case .softmax, .logistic:
      store(TensorQuantization(scale: 1 / 256, zeroPoint: -128), in: step.output)
    default: store(observed(step.output), in: step.output)
    }
  }

  private mutating func convertConstant(_ tensor: Int) {
    guard case .float32(let values) = source.tensors[tensor].values else { return }
    let quantization = observed(tensor)
    store(quantization, in: tensor)
    result.tensors[tensor].values = .int8(
      values.map {
        Int8(clamping: Int32(($0 / quantization.scale).rounded()) + quantization.zeroPoint)
      })
  }

  private mutating func convertWeights(_ step: DeployedOperator) {
    let weights = step.inputs[1]
    guard case .float32(let values) = source.tensors[weights].values,
      let input = result.tensors[step.inputs[0]].quantization
    else { return }
    let shape = source.tensors[weights].shape
    let axis = step.kind == .fullyConnected ? nil : shape[0] == 1 && isDepthwise(step) ? 3 : 0
    let channels = axis.map { shape[$0] } ?? 1
    let inner = axis == 3 ? 1 : values.count / channels
    func channel(_ place: Int) -> Int { place / inner % channels }
    var scales = [Float](repeating: 1e-8, count: channels)
    for (place, value) in values.enumerated() {
      scales[channel(place)] = max(scales[channel(place)], abs(value) / 127)
    }
    result.tensors[weights].type = .int8
    result.tensors[weights].quantization = TensorQuantization(scales: scales, axis: axis ?? 0)
    result.tensors[weights].values = .int8(
      values.enumerated().map {
        Int8(max(-127, min(127, ($1 / scales[channel($0)]).rounded())))
      })
    guard step.inputs.count > 2, case .float32(let bias) = source.tensors[step.inputs[2]].values
    else { return }
    let steps = scales.map { $0 * input.scale }
    result.tensors[step.inputs[2]].type = .int32
    result.tensors[step.inputs[2]].quantization = TensorQuantization(scales: steps, axis: 0)
    result.tensors[step.inputs[2]].values = .int32(
      bias.enumerated().map {
        Int32(max(-1e9, min(1e9, ($1 / steps[steps.count == 1 ? 0 : $0]).rounded())))
      })
  }

  private func isDepthwise(_ step: DeployedOperator) -> Bool {
    if case .depthwiseConvolution = step.kind { true } else { false }
  }
}
