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
  case ADD = 0
  case AVERAGE_POOL_2D = 1
  case CONV_2D = 3
  case DEPTHWISE_CONV_2D = 4
  case DEQUANTIZE = 6
  case FULLY_CONNECTED = 9
  case LOGISTIC = 14
  case MAX_POOL_2D = 17
  case MUL = 18
  case RELU = 19
  case RELU6 = 21
  case RESHAPE = 22
  case SOFTMAX = 25
  case PAD = 34
  case TRANSPOSE = 39
  case MEAN = 40
  case QUANTIZE = 114
  case HARD_SWISH = 117
  case GELU = 150

  var name: String { "\(self)" }
}

extension DeployedOperator.Kind {
  var format: OperatorFormat {
    func format(
      _ builtin: BuiltinOperator, _ options: UInt8, int8: Int32, float32: Int32 = 1
    ) -> OperatorFormat {
      OperatorFormat(builtin: builtin, options: options, versions: (int8, float32))
    }
    return switch self {
    case .convolution: format(.CONV_2D, 1, int8: 3)
    case .depthwiseConvolution: format(.DEPTHWISE_CONV_2D, 2, int8: 3)
    case .fullyConnected: format(.FULLY_CONNECTED, 8, int8: 4)
    case .add: format(.ADD, 11, int8: 2)
    case .multiply: format(.MUL, 21, int8: 2)
    case .averagePool: format(.AVERAGE_POOL_2D, 5, int8: 2)
    case .maxPool: format(.MAX_POOL_2D, 5, int8: 2)
    case .mean: format(.MEAN, 27, int8: 2)
    case .reshape: format(.RESHAPE, 17, int8: 1)
    case .pad: format(.PAD, 0, int8: 2)
    case .transpose: format(.TRANSPOSE, 0, int8: 2)
    case .softmax: format(.SOFTMAX, 9, int8: 2)
    case .logistic: format(.LOGISTIC, 0, int8: 2)
    case .relu: format(.RELU, 0, int8: 2)
    case .relu6: format(.RELU6, 0, int8: 2)
    case .hardSwish: format(.HARD_SWISH, 0, int8: 1)
    case .gelu: format(.GELU, 116, int8: 2)
    case .quantize: format(.QUANTIZE, 0, int8: 1)
    case .dequantize: format(.DEQUANTIZE, 0, int8: 2)
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
