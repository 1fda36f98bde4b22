import DeployedModels

extension DeployedModel {
  /// The name of the first layer whose operator has no kernel in int8, as TensorFlow Lite Micro has none; nil if the
  /// whole model can be one of integers.
  public var layerWithoutIntegers: String? {
    operators.first { !$0.kind.hasIntegers }.map { tensors[$0.output].name }
  }
}

extension DeployedOperator.Kind {
  /// Whether `IntegerRule` knows the operator.
  fileprivate var hasIntegers: Bool {
    switch self {
    case .gelu: false
    case .convolution, .depthwiseConvolution, .fullyConnected, .add, .multiply, .averagePool,
      .maxPool,
      .mean, .reshape, .pad, .transpose, .softmax, .logistic, .relu, .relu6, .hardSwish, .quantize,
      .dequantize:
      true
    }
  }
}
