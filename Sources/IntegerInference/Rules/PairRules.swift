import DeployedModels

/// What the sum of two integers is.
///
/// Both are shifted to the left by 20 bits and scaled to twice the larger scale, so that the sum has bits to spare:
/// output = clamp(M_out · (M_1 · (a − Z_1) 2²⁰ + M_2 · (b − Z_2) 2²⁰) + Z_out), where M_i = S_i / (2 max S) and
/// M_out = 2 max S / (2²⁰ S_out).
///
/// Source: TensorFlow Lite Micro, `CalculateOpDataAdd` and `AddElementwise`.
struct SumRule {
  /// Of both operands and the output.
  let scales: (Float, Float, Float)
  let zeroPoints: (Int32, Int32)
  let multipliers: (FixedPointMultiplier, FixedPointMultiplier)
  let outputMultiplier: FixedPointMultiplier
  let outputZeroPoint: Int32
  let range: ClosedRange<Int32>

  init(_ site: OperatorSite) throws(DeploymentError) {
    let (first, second) = (try site.quantization(of: 0), try site.quantization(of: 1))
    let output = try site.outputQuantization()
    let twice = 2 * Double(max(first.scale, second.scale))
    let factor = twice / (0x1p20 * Double(output.scale))
    try site.require(
      factor < 1,
      "the sum's scale \(output.scale) is too small for inputs of the scales \(first.scale) and \(second.scale)"
    )
    scales = (first.scale, second.scale, output.scale)
    zeroPoints = (first.zeroPoint, second.zeroPoint)
    multipliers = (
      FixedPointMultiplier(Double(first.scale) / twice),
      FixedPointMultiplier(Double(second.scale) / twice)
    )
    outputMultiplier = FixedPointMultiplier(factor)
    outputZeroPoint = output.zeroPoint
    range = output.range(of: site.step.activation)
  }

  /// What the first operand adds to the sum that `output` is given.
  @inline(__always)
  func firstTerm(_ value: Int8) -> Int32 {
    multipliers.0.scaled((Int32(value) &- zeroPoints.0) &<< 20)
  }

  @inline(__always)
  func secondTerm(_ value: Int8) -> Int32 {
    multipliers.1.scaled((Int32(value) &- zeroPoints.1) &<< 20)
  }

  @inline(__always)
  func output(_ sum: Int32) -> Int8 {
    range.clamped(outputMultiplier.scaled(sum) &+ outputZeroPoint)
  }
}

/// What the product of two integers is: clamp(M · (a − Z_1)(b − Z_2) + Z_out), where M = S_1 S_2 / S_out.
///
/// Source: TensorFlow Lite Micro, `CalculateOpDataMul` and `MulElementwise`.
struct FactorRule {
  let zeroPoints: (Int32, Int32)
  let multiplier: FixedPointMultiplier
  let outputZeroPoint: Int32
  let range: ClosedRange<Int32>

  init(_ site: OperatorSite) throws(DeploymentError) {
    let (first, second) = (try site.quantization(of: 0), try site.quantization(of: 1))
    let output = try site.outputQuantization()
    zeroPoints = (first.zeroPoint, second.zeroPoint)
    multiplier = try site.multiplier(
      Double(first.scale) * Double(second.scale) / Double(output.scale))
    outputZeroPoint = output.zeroPoint
    range = output.range(of: site.step.activation)
  }

  @inline(__always)
  func output(_ a: Int8, _ b: Int8) -> Int8 {
    let product = (Int32(a) &- zeroPoints.0) &* (Int32(b) &- zeroPoints.1)
    return range.clamped(multiplier.scaled(product) &+ outputZeroPoint)
  }
}
