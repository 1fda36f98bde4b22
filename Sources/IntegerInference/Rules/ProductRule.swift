import DeployedModels

/// How a convolution, a depthwise one or a dense layer ends: what its sums become.
///
/// output = clamp(M_c · (bias_c + Σ weight · (input − Z_in)) + Z_out), where M_c = S_in · S_weight,c / S_out, and
/// positions outside the image add nothing.
///
/// Source: LiteRT 8-bit quantization specification; TensorFlow Lite Micro, `ConvPerChannel`,
/// `DepthwiseConvPerChannel`, `FullyConnected` and `FullyConnectedPerChannel`.
struct ProductRule {
  let weights: [Int8]
  /// One a channel; zeros where there is none.
  let bias: [Int32]
  let inputZeroPoint: Int32
  /// One a channel.
  let multipliers: [FixedPointMultiplier]
  let outputZeroPoint: Int32
  let range: ClosedRange<Int32>

  /// Returns the output of a sum in which the bias is.
  @inline(__always)
  func output(_ sum: Int32, channel: Int) -> Int8 {
    range.clamped(multipliers[channel].scaled(sum) &+ outputZeroPoint)
  }
}

extension ProductRule {
  /// - Parameter channels: Of the output.
  init(_ site: OperatorSite, channels: Int) throws(DeploymentError) {
    let input = try site.quantization(of: 0)
    let output = try site.outputQuantization()
    let weightTensor = try site.tensor(1)
    let scales = try site.weightScales(axisLength: channels)
    weights = try site.int8Values(1)
    bias = try site.bias(channels: channels)
    inputZeroPoint = input.zeroPoint
    outputZeroPoint = output.zeroPoint
    range = output.range(of: site.step.activation)
    var factors: [FixedPointMultiplier] = []
    for scale in scales {
      factors.append(
        try site.multiplier(Double(input.scale) * Double(scale) / Double(output.scale)))
    }
    multipliers = (0..<channels).map { [factors] in factors[factors.count == 1 ? 0 : $0] }
    try site.require(
      weightTensor.quantization?.zeroPoints.allSatisfy { $0 == 0 } ?? false,
      "the weights' zero points are not all 0")
  }
}
