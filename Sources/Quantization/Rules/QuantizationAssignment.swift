import DeployedModels

/// The scale of every activation of a model: what calibration or training gives, and the rules make of it.
struct QuantizationAssignment {
  /// For each tensor its quantisation; nil for constants.
  private(set) var tensors: [TensorQuantization?]

  /// Assigns scales.
  ///
  /// - Parameter ranges: Of each tensor that has a scale of its own (`DeployedModel.ownRanges`).
  init(_ model: DeployedModel, ranges: [ValueRange?]) {
    tensors = [TensorQuantization?](repeating: nil, count: model.tensors.count)
    func range(_ tensor: Int) -> ValueRange {
      guard let range = ranges[tensor] else {
        preconditionFailure("no range of \(model.tensors[tensor].name)")
      }
      return range
    }
    tensors[model.input] = TensorQuantization(activationsIn: range(model.input))
    for step in model.operators {
      let operands = step.inputs.filter { $0 >= 0 }
      switch step.kind.outputRule {
      case .own:
        let scales =
          step.kind.hasWeights
          ? []
          : operands.compactMap { scale(of: $0, in: model) }
        tensors[step.output] = TensorQuantization(
          activationsIn: range(step.output),
          smallestScale: step.kind.smallestOutputScale(inputScales: scales))
      case .sharesInput: tensors[step.output] = tensors[step.inputs[0]]
      case .fixed(let quantization): tensors[step.output] = quantization
      case nil: preconditionFailure("a model of floats has no \(step.kind)")
      }
    }
  }

  /// Returns the scale of an operand, be it a constant.
  private func scale(of tensor: Int, in model: DeployedModel) -> Float? {
    if let quantization = tensors[tensor] { return quantization.scale }
    guard case .float32(let values) = model.tensors[tensor].values else { return nil }
    return TensorQuantization(activationsIn: ValueRange(of: values)).scale
  }
}

extension DeployedModel {
  /// Whether each tensor has a scale of its own, which a range must be known for.
  var hasOwnRange: [Bool] {
    var own = [Bool](repeating: false, count: tensors.count)
    own[input] = true
    for step in operators where step.kind.outputRule == .own { own[step.output] = true }
    return own
  }

  /// Checks that the model is one of floats whose values are known.
  ///
  /// - Throws: `QuantizationError` naming the tensor or operator.
  func checkIsFloat() throws(QuantizationError) {
    for step in operators where step.kind.outputRule == nil {
      throw QuantizationError(
        subject: tensors[step.output].name,
        reason: "the model is quantised already; expected one of float32")
    }
    for tensor in tensors {
      guard tensor.type != .int8, tensor.quantization == nil else {
        throw QuantizationError(
          subject: tensor.name, reason: "is \(tensor.type.rawValue); expected float32")
      }
      guard tensor.isConstant else { continue }
      switch tensor.values {
      case nil:
        throw QuantizationError(
          subject: tensor.name, reason: "has no values; expected a trained model")
      case .float32(let values) where !values.allSatisfy(\.isFinite):
        throw QuantizationError(
          subject: tensor.name, reason: "holds values that are no finite numbers")
      default: break
      }
    }
  }
}
