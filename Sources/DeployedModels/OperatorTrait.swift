extension DeployedOperator.Kind {
  /// What TensorFlow Lite calls the operator.
  public var operatorName: String {
    switch self {
    case .convolution: "CONV_2D"
    case .depthwiseConvolution: "DEPTHWISE_CONV_2D"
    case .fullyConnected: "FULLY_CONNECTED"
    case .add: "ADD"
    case .multiply: "MUL"
    case .averagePool: "AVERAGE_POOL_2D"
    case .maxPool: "MAX_POOL_2D"
    case .mean: "MEAN"
    case .reshape: "RESHAPE"
    case .pad: "PAD"
    case .transpose: "TRANSPOSE"
    case .softmax: "SOFTMAX"
    case .logistic: "LOGISTIC"
    case .relu: "RELU"
    case .relu6: "RELU6"
    case .hardSwish: "HARD_SWISH"
    case .gelu: "GELU"
    case .quantize: "QUANTIZE"
    case .dequantize: "DEQUANTIZE"
    }
  }

  /// The names of all operators that models have.
  public static let operatorNames: [String] = {
    let window = Window(side: 1, stride: 1, padding: .valid)
    let kinds: [DeployedOperator.Kind] = [
      .convolution(window), .depthwiseConvolution(window), .fullyConnected, .add, .multiply,
      .averagePool(window), .maxPool(window), .mean(keepsDimensions: true), .reshape, .pad,
      .transpose, .softmax, .logistic, .relu, .relu6, .hardSwish, .gelu, .quantize, .dequantize,
    ]
    return kinds.map(\.operatorName)
  }()
}

/// What some runtimes' kernels of an operator cannot do, or do slowly.
public enum OperatorTrait: String, Hashable, Sendable, Codable, CaseIterable {
  /// A sum or product whose operands have different sizes.
  case broadcast
  /// A convolution whose channels form groups.
  case groups
}

extension DeployedModel {
  /// Returns what is unusual about an operator of the model.
  public func traits(of step: DeployedOperator) -> Set<OperatorTrait> {
    let input = tensors[step.inputs[0]]
    switch step.kind {
    case .add, .multiply:
      return input.elementCount == tensors[step.inputs[1]].elementCount ? [] : [.broadcast]
    case .convolution:
      return tensors[step.inputs[1]].channels == input.channels ? [] : [.groups]
    default: return []
    }
  }
}
