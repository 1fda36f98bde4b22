import DeployedModels

/// How an operator stands in a file.
struct OperatorFormat {
  /// The operator's number and name.
  let builtin: BuiltinOperator
  /// The form of its options; 0 where it has none.
  let options: UInt8
  /// The operator's version with int8 activations, and with fp32.
  let versions: (int8: Int32, float32: Int32)
}

/// The operators that files of ours hold, with the numbers of TensorFlow Lite's schema.
enum BuiltinOperator: Int32, CaseIterable {
  case add = 0
  case averagePool2D = 1
  case conv2D = 3
  case depthwiseConv2D = 4
  case dequantize = 6
  case fullyConnected = 9
  case logistic = 14
  case maxPool2D = 17
  case mul = 18
  case relu = 19
  case relu6 = 21
  case reshape = 22
  case softmax = 25
  case pad = 34
  case transpose = 39
  case mean = 40
  case quantize = 114
  case hardSwish = 117
  case gelu = 150

  /// As the schema spells it.
  var name: String { operatorName(rawValue) }
}

extension DeployedOperator.Kind {
  var format: OperatorFormat {
    func format(
      _ builtin: BuiltinOperator, _ options: UInt8, int8: Int32, float32: Int32 = 1
    ) -> OperatorFormat {
      OperatorFormat(builtin: builtin, options: options, versions: (int8, float32))
    }
    return switch self {
    case .convolution: format(.conv2D, 1, int8: 3)
    case .depthwiseConvolution: format(.depthwiseConv2D, 2, int8: 3)
    case .fullyConnected: format(.fullyConnected, 8, int8: 4)
    case .add: format(.add, 11, int8: 2)
    case .multiply: format(.mul, 21, int8: 2)
    case .averagePool: format(.averagePool2D, 5, int8: 2)
    case .maxPool: format(.maxPool2D, 5, int8: 2)
    case .mean: format(.mean, 27, int8: 2)
    case .reshape: format(.reshape, 17, int8: 1)
    case .pad: format(.pad, 0, int8: 2)
    case .transpose: format(.transpose, 0, int8: 2)
    case .softmax: format(.softmax, 9, int8: 2)
    case .logistic: format(.logistic, 0, int8: 2)
    case .relu: format(.relu, 0, int8: 2)
    case .relu6: format(.relu6, 0, int8: 2)
    case .hardSwish: format(.hardSwish, 0, int8: 1)
    case .gelu: format(.gelu, 116, int8: 2)
    case .quantize: format(.quantize, 0, int8: 1)
    case .dequantize: format(.dequantize, 0, int8: 2)
    }
  }
}

extension DeployedModel {
  /// The version of an operator that a runtime must know to run it.
  func version(of step: DeployedOperator) -> Int32 {
    let versions = step.kind.format.versions
    let isInteger = tensors[step.inputs[0]].type == .int8
    let usual = isInteger ? versions.int8 : versions.float32
    switch step.kind {
    case .convolution:
      let groups = tensors[step.inputs[0]].channels != tensors[step.inputs[1]].channels
      return groups ? 6 : usual
    case .fullyConnected:
      if isInteger, (tensors[step.inputs[1]].quantization?.scales.count ?? 1) > 1 { return 12 }
      return step.inputs.count == 2 ? 6 : usual
    default: return usual
    }
  }
}

extension FusedActivation {
  /// Its number in the schema.
  var code: UInt8 {
    switch self {
    case .none: 0
    case .relu: 1
    case .relu6: 3
    }
  }
}

extension Window.Padding {
  /// Its number in the schema.
  var code: UInt8 { self == .same ? 0 : 1 }
}

extension DeployedTensor.ElementType {
  /// Its number in the schema.
  var code: UInt8 {
    switch self {
    case .float32: 0
    case .int32: 2
    case .int8: 9
    }
  }
}
