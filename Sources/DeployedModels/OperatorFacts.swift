/// What is true of an operator wherever it stands. One table of all kinds says it, so that a new kind says all of it.
struct OperatorFacts {
  /// What TensorFlow Lite calls the operator.
  let name: String
  /// How many tensors it reads.
  let inputs: ClosedRange<Int>
  /// Where its windows lie; nil for an operator that has none.
  var window: Window?
  /// What it multiplies with; nil for an operator without weights.
  var weights: OperatorWeights?
  /// Whether it can apply an activation to what it gives.
  var takesActivation = false
  /// Whether constants among its inputs are trained values, not sizes or axes.
  var readsParameters = false

  static func linear(
    _ name: String, _ weights: OperatorWeights, _ window: Window? = nil
  ) -> OperatorFacts {
    OperatorFacts(
      name: name, inputs: 2...3, window: window, weights: weights, takesActivation: true,
      readsParameters: true)
  }

  static func pairwise(_ name: String) -> OperatorFacts {
    OperatorFacts(name: name, inputs: 2...2, takesActivation: true, readsParameters: true)
  }

  static func pool(_ name: String, _ window: Window) -> OperatorFacts {
    OperatorFacts(name: name, inputs: 1...1, window: window, takesActivation: true)
  }

  /// An operator on one tensor.
  static func unary(_ name: String) -> OperatorFacts { OperatorFacts(name: name, inputs: 1...1) }
}

/// How the weights of an operator lie.
public enum OperatorWeights: Hashable, Sendable {
  /// `[Cout, kh, kw, Cin]`, a scale for each output channel.
  case filters
  /// `[1, kh, kw, C]`, one filter and one scale a channel.
  case channelFilters
  /// `[Cout, Cin]`, one scale for all.
  case matrix
}

extension DeployedOperator.Kind {
  var facts: OperatorFacts {
    switch self {
    case .convolution(let window): .linear("CONV_2D", .filters, window)
    case .depthwiseConvolution(let window): .linear("DEPTHWISE_CONV_2D", .channelFilters, window)
    case .fullyConnected: .linear("FULLY_CONNECTED", .matrix)
    case .add: .pairwise("ADD")
    case .multiply: .pairwise("MUL")
    case .averagePool(let window): .pool("AVERAGE_POOL_2D", window)
    case .maxPool(let window): .pool("MAX_POOL_2D", window)
    case .mean: OperatorFacts(name: "MEAN", inputs: 2...2)
    case .reshape: OperatorFacts(name: "RESHAPE", inputs: 1...2)
    case .pad: OperatorFacts(name: "PAD", inputs: 2...2)
    case .transpose: OperatorFacts(name: "TRANSPOSE", inputs: 2...2)
    case .softmax: .unary("SOFTMAX")
    case .logistic: .unary("LOGISTIC")
    case .relu: .unary("RELU")
    case .relu6: .unary("RELU6")
    case .hardSwish: .unary("HARD_SWISH")
    case .gelu: .unary("GELU")
    case .quantize: .unary("QUANTIZE")
    case .dequantize: .unary("DEQUANTIZE")
    }
  }

  /// What TensorFlow Lite calls the operator.
  public var operatorName: String { facts.name }
  /// Where the windows lie; nil for an operator that has none.
  public var window: Window? { facts.window }
  /// How the weights lie; nil for an operator that multiplies with none.
  public var weights: OperatorWeights? { facts.weights }
  /// Whether the operator multiplies with weights.
  public var hasWeights: Bool { facts.weights != nil }
  /// Whether the operator has one filter a channel.
  public var isDepthwise: Bool { facts.weights == .channelFilters }
  /// Whether the operator can apply an activation to what it gives.
  public var takesActivation: Bool { facts.takesActivation }
  /// Whether constants among the inputs are trained values, not sizes or axes.
  var readsParameters: Bool { facts.readsParameters }

  /// The dimension along which the scales of weights differ; nil for one scale a tensor, and without weights.
  public var weightAxis: Int? {
    switch facts.weights {
    case .filters: 0
    case .channelFilters: 3
    case .matrix, nil: nil
    }
  }
}

extension DeployedModel {
  /// The multiply–accumulate operations of convolutions and dense layers for one image.
  public var macs: Int { operators.reduce(0) { $0 + macs(of: $1) } }

  /// Returns those of one operator: for each output value the weights of its channel.
  func macs(of step: DeployedOperator) -> Int {
    guard step.kind.hasWeights else { return 0 }
    let output = tensors[step.output]
    return output.elementCount * (tensors[step.inputs[1]].elementCount / output.channels)
  }
}
