import DeployedModels
import IntegerInference

extension DeployedModel {
  /// Returns the int8 model of an fp32 one by the rules of `QuantizationRules.swift`.
  ///
  /// Tensors and operators keep their indices; a constant that operators need with different scales gets copies
  /// behind the last tensor.
  ///
  /// - Parameter ranges: For each tensor the range of its values; only those of the image and of outputs with a scale
  ///   of their own are read.
  /// - Returns: The model, and for each operator how many channels' scales a bias widened.
  /// - Throws: `QuantizationError` if the model is not one of floats with values, or a range is missing.
  public func quantized(
    ranges: [ValueRange?]
  ) throws(QuantizationError) -> (model: DeployedModel, widenedChannels: [Int]) {
    try checkIsFloat()
    for (tensor, isOwn) in hasOwnRange.enumerated() where isOwn && ranges[tensor] == nil {
      throw QuantizationError(
        subject: tensors[tensor].name, reason: "no range is known; expected one by calibration")
    }
    var quantizer = ModelQuantizer(self, QuantizationAssignment(self, ranges: ranges))
    for index in operators.indices { quantizer.convert(index) }
    return (quantizer.result, quantizer.widenedChannels)
  }
}

/// Turns the tensors of a model into integers, operator by operator.
private struct ModelQuantizer {
  let model: DeployedModel
  let activations: QuantizationAssignment
  var result: DeployedModel
  var widenedChannels: [Int]
  /// Constants that are integers already.
  private var converted: Set<Int> = []

  init(_ model: DeployedModel, _ activations: QuantizationAssignment) {
    (self.model, self.activations, result) = (model, activations, model)
    widenedChannels = [Int](repeating: 0, count: model.operators.count)
    for tensor in model.tensors.indices where !model.tensors[tensor].isConstant {
      result.tensors[tensor].type = .int8
      result.tensors[tensor].quantization = activations.tensors[tensor]
    }
  }

  mutating func convert(_ index: Int) {
    let step = model.operators[index]
    if step.kind.hasWeights {
      convertLayer(index, step)
    } else {
      for (place, operand) in step.inputs.enumerated() where operand >= 0 {
        convertOperand(operand, at: place, of: index)
      }
    }
  }

  private mutating func convertLayer(_ index: Int, _ step: DeployedOperator) {
    guard let input = activations.tensors[step.inputs[0]] else {
      preconditionFailure("a layer reads a constant")
    }
    let hasBias = step.inputs.count > 2 && step.inputs[2] >= 0
    let (weight, axis) = (model.tensors[step.inputs[1]], step.kind.weightAxis)
    let layer = QuantizedLayer(
      weights: model.floats(step.inputs[1]), layout: WeightLayout(shape: weight.shape, axis: axis),
      bias: hasBias ? model.floats(step.inputs[2]) : nil, inputScale: input.scale)
    widenedChannels[index] = layer.widenedChannels
    store(
      .int8(layer.weights), TensorQuantization(scales: layer.scales, axis: axis ?? 0), at: 1,
      of: index)
    if let bias = layer.bias {
      store(
        .int32(bias), TensorQuantization(scales: layer.scales.map { $0 * input.scale }, axis: 0),
        at: 2, of: index)
    }
  }

  private mutating func convertOperand(_ operand: Int, at place: Int, of index: Int) {
    guard case .float32(let values) = model.tensors[operand].values else { return }
    let quantization = TensorQuantization(activationsIn: ValueRange(of: values))
    store(.int8(values.map { quantization.integer(of: $0) }), quantization, at: place, of: index)
  }

  /// Stores a constant in its tensor, or in a copy if another operator has it with other integers.
  private mutating func store(
    _ values: TensorValues, _ quantization: TensorQuantization, at place: Int, of index: Int
  ) {
    var tensor = model.operators[index].inputs[place]
    let name = model.tensors[tensor].name
    let wanted = DeployedTensor(
      name: name, shape: model.tensors[tensor].shape, values: values, quantization: quantization)
    if converted.contains(tensor), result.tensors[tensor] != wanted {
      tensor = result.tensors.count
      result.tensors.append(wanted)
      result.tensors[tensor].name = "\(name).\(index)"
      result.operators[index].inputs[place] = tensor
    } else {
      result.tensors[tensor] = wanted
    }
    converted.insert(tensor)
  }
}

extension DeployedModel {
  /// Returns the values of a constant of floats.
  func floats(_ tensor: Int) -> [Float] {
    guard case .float32(let values) = tensors[tensor].values else {
      preconditionFailure("\(tensors[tensor].name) is no constant of floats")
    }
    return values
  }
}
