extension DeployedOperator.Kind {
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
    case .depthwiseConvolution, .fullyConnected, .averagePool, .maxPool, .mean, .reshape, .pad,
      .transpose,
      .softmax, .logistic, .relu, .relu6, .hardSwish, .gelu, .quantize, .dequantize:
      return []
    }
  }
}
