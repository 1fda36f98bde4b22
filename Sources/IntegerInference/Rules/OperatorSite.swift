import DeployedModels

/// An operator and its tensors, checked as they are read.
struct OperatorSite {
  let model: DeployedModel
  let step: DeployedOperator

  /// What messages name: the tensor that the operator gives.
  var name: String { model.tensors[step.output].name }
  var output: DeployedTensor { model.tensors[step.output] }

  func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws(DeploymentError) {
    if !condition { throw DeploymentError(layer: name, reason: reason()) }
  }

  /// Returns the operand at a place.
  func tensor(_ place: Int) throws(DeploymentError) -> DeployedTensor {
    try require(
      place < step.inputs.count && model.tensors.indices.contains(step.inputs[place]),
      "\(step.inputs.count) inputs, expected one at place \(place)")
    return model.tensors[step.inputs[place]]
  }

  /// Returns the one scale and zero point of an int8 operand.
  func quantization(of place: Int) throws(DeploymentError) -> TensorQuantization {
    try wholeQuantization(try tensor(place))
  }

  /// Returns a factor made of scales.
  ///
  /// Kernels shift sums to the left by as many bits as it has before the point, and 31 and more leave nothing of
  /// them: what they do then is not defined.
  func multiplier(_ factor: Double) throws(DeploymentError) -> FixedPointMultiplier {
    let multiplier = FixedPointMultiplier(factor)
    try require(
      factor < 0x1p30 && multiplier.shift <= 30,
      "the scales give a factor of \(factor), expected less than 2³⁰")
    return multiplier
  }

  func outputQuantization() throws(DeploymentError) -> TensorQuantization {
    try wholeQuantization(output)
  }

  private func wholeQuantization(
    _ tensor: DeployedTensor
  ) throws(DeploymentError) -> TensorQuantization {
    try require(
      tensor.type == .int8, "tensor '\(tensor.name)' is \(tensor.type.rawValue), expected int8")
    guard let quantization = tensor.quantization, quantization.scales.count == 1,
      quantization.zeroPoints.count == 1
    else {
      throw DeploymentError(
        layer: name, reason: "tensor '\(tensor.name)' has no single scale and zero point")
    }
    try require(
      quantization.scale > 0 && quantization.scale.isFinite
        && (-128...127).contains(quantization.zeroPoint),
      "tensor '\(tensor.name)' has the scale \(quantization.scale) and the zero point "
        + "\(quantization.zeroPoint), expected a positive one and −128…127")
    return quantization
  }

  /// Returns the scales of weights: one, or one a channel.
  func weightScales(axisLength: Int) throws(DeploymentError) -> [Float] {
    let weights = try tensor(1)
    let scales = weights.quantization?.scales ?? []
    try require(
      scales.count == 1 || scales.count == axisLength,
      "weights '\(weights.name)' have \(scales.count) scales, expected 1 or \(axisLength)")
    try require(
      scales.allSatisfy { $0 >= 0 && $0.isFinite }, "weights '\(weights.name)' have a scale below 0"
    )
    return scales
  }

  func int8Values(_ place: Int) throws(DeploymentError) -> [Int8] {
    let tensor = try tensor(place)
    guard case .int8(let values) = tensor.values, values.count == tensor.elementCount else {
      throw DeploymentError(
        layer: name, reason: "tensor '\(tensor.name)' has no int8 values for \(tensor.shape)")
    }
    return values
  }

  func int32Values(_ place: Int) throws(DeploymentError) -> [Int32] {
    let tensor = try tensor(place)
    guard case .int32(let values) = tensor.values, values.count == tensor.elementCount else {
      throw DeploymentError(
        layer: name, reason: "tensor '\(tensor.name)' has no int32 values for \(tensor.shape)")
    }
    return values
  }

  /// Returns the bias, zeros where there is none.
  func bias(channels: Int) throws(DeploymentError) -> [Int32] {
    guard step.inputs.count > 2, step.inputs[2] >= 0 else {
      return [Int32](repeating: 0, count: channels)
    }
    let values = try int32Values(2)
    try require(values.count == channels, "\(values.count) biases for \(channels) channels")
    return values
  }

  func requireOutput(count: Int) throws(DeploymentError) {
    try require(
      output.elementCount == count,
      "the output has the shape \(output.shape), expected \(count) values")
  }

  /// Returns a shape `[1, H, W, C]`.
  func image(_ place: Int) throws(DeploymentError) -> [Int] {
    let tensor = try tensor(place)
    try require(
      tensor.shape.count == 4 && tensor.shape.allSatisfy { $0 > 0 },
      "tensor '\(tensor.name)' has the shape \(tensor.shape), expected an image")
    return tensor.shape
  }
}
