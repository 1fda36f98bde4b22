/// How a tensor of a float model is stored in its int8 form.
///
/// Source: LiteRT 8-bit quantization specification.
public enum Int8Role: Hashable, Sendable {
  /// int8 with one scale and one zero point: activations, weights of dense layers, operands of sums and products.
  case perTensor
  /// int8 with a scale for each place along an axis, symmetric: weights of convolutions.
  case perChannel(axis: Int)
  /// int32 with as many scales as its operator's weights, each the product of theirs and the input's.
  case bias(scales: Int)
  /// As it is: shapes, axes and other plain integers.
  case unchanged
}

extension DeployedModel {
  /// Returns for each tensor how the int8 model stores it.
  public func int8Roles() -> [Int8Role] {
    var roles = tensors.map { $0.type == .float32 ? Int8Role.perTensor : .unchanged }
    for step in operators where step.kind.hasWeights {
      let (weights, axis) = (step.inputs[1], step.kind.weightAxis)
      if let axis { roles[weights] = .perChannel(axis: axis) }
      if step.inputs.count > 2, step.inputs[2] >= 0 {
        roles[step.inputs[2]] = .bias(scales: axis.map { tensors[weights].shape[$0] } ?? 1)
      }
    }
    return roles
  }

  /// Returns the structure of the int8 form of a float model: types and numbers of scales, which are all 1, and no values
  /// but those of plain integers. It is enough for what a model takes in memory.
  public func int8Structure() -> DeployedModel {
    var model = self
    for (index, role) in int8Roles().enumerated() {
      var tensor = tensors[index]
      switch role {
      case .unchanged: continue
      case .perTensor:
        tensor.type = .int8
        tensor.quantization = TensorQuantization(scale: 1, zeroPoint: 0)
      case .perChannel(let axis):
        tensor.type = .int8
        tensor.quantization = TensorQuantization(
          scales: [Float](repeating: 1, count: tensor.shape[axis]), axis: axis)
      case .bias(let scales):
        tensor.type = .int32
        tensor.quantization = TensorQuantization(
          scales: [Float](repeating: 1, count: scales), axis: 0)
      }
      tensor.values = nil
      model.tensors[index] = tensor
    }
    return model
  }
}
