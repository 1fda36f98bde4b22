// The rules of int8 models, on one page. Value = scale · (integer − zero point).
//
// Sources: LiteRT 8-bit quantization specification; Jacob et al., arXiv:1712.05877; Nagel et al., arXiv:1906.04721
// and arXiv:2106.08295. Limits of operators: TensorFlow Lite Micro's reference kernels.
//
// Activations. One scale and zero point a tensor, −128…127, asymmetric. A range is widened to hold zero, and zero
//   is an integer exactly: padding and ReLU rest on it. A range that holds nothing but zero, as behind dead
//   channels or a zero operator, becomes 0…1, so that its scale stays usual and what other images bring has room.
//   The image's range is that of the calibration images; no observer cuts it, since nothing is rare noise there.
// Weights. Symmetric, −127…127, zero point 0. A scale for each output channel of a convolution (axis 0) and each
//   channel of a depthwise one (axis 3); one for a whole dense layer. A channel of zeros has the largest scale of
//   its layer, and no scale is below 2⁻²⁰ of it.
// Biases. int32, scale s_input · s_weight, zero point 0. One that reached 2³⁰ would leave no room for the sum of
//   products, so that its channel's weight scale is widened until it fits; the report names the layer.
// Operators that hand integers on have their input's scale: average and max pool, reshape, transpose, pad (which
//   fills in the zero point), and ReLU6 as an operator of its own, which clips without rescaling.
// Fixed scales: logistic and softmax give 1/256 with zero point −128.
// Constants of sums and products (3 and 1/6 of the hard sigmoid, 0 of a zero operator) are activations with the
//   range of their values, so that the largest is exact.
// Limits. Hard swish: s_output > s_input / 128, or its shift has no place. Sum: s_output > 2 · max(s_inputs) / 2²⁰.
//   Where a range asks for less, the output's scale is raised.
// Outputs are rounded half away from zero.

import DeployedModels

/// How the scale of an operator's output comes about.
enum OutputRule: Hashable, Sendable {
  /// From the range of its values.
  case own
  /// That of the first input.
  case sharesInput
  /// Always the same.
  case fixed(TensorQuantization)
}

extension DeployedOperator.Kind {
  /// The rule of the output's scale; nil for what no fp32 model has.
  var outputRule: OutputRule? {
    switch self {
    case .convolution, .depthwiseConvolution, .fullyConnected, .add, .multiply, .mean, .relu,
      .hardSwish, .gelu:
      .own
    case .averagePool, .maxPool, .reshape, .pad, .transpose, .relu6: .sharesInput
    case .logistic, .softmax: .fixed(TensorQuantization(scale: 1 / 256, zeroPoint: -128))
    case .quantize, .dequantize: nil
    }
  }

  /// Whether the output holds integers of the input as they are, so that nothing is rounded.
  var keepsIntegers: Bool {
    switch self {
    case .maxPool, .reshape, .pad, .transpose: true
    case .convolution, .depthwiseConvolution, .fullyConnected, .add, .multiply, .averagePool, .mean,
      .softmax, .logistic, .relu, .relu6, .hardSwish, .gelu, .quantize, .dequantize:
      false
    }
  }

  /// The smallest scale that the reference kernels can give an output.
  ///
  /// - Parameter inputScales: Those of the operands.
  func smallestOutputScale(inputScales: [Float]) -> Float {
    let largest = inputScales.max() ?? 0
    switch self {
    case .hardSwish: return largest / 128 * 1.0001
    case .add: return largest * 2 / Float(1 << 20) * 1.0001
    case .convolution, .depthwiseConvolution, .fullyConnected, .multiply, .averagePool, .maxPool,
      .mean,
      .reshape, .pad, .transpose, .softmax, .logistic, .relu, .relu6, .gelu, .quantize, .dequantize:
      return 0
    }
  }
}
