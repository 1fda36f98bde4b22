import DeployedModels
import Foundation

/// A function of one integer: 256 results, so that a fast engine reads a table.
enum UnaryRule {
  /// clamp(M · (x − Z_in) + Z_out), where M = S_in / S_out: other integers for the same values, and relu.
  ///
  /// Source: TensorFlow Lite, `Requantize`; Micro, `ReluQuantized`.
  case rescaling(Rescaling)
  /// Cuts the input's own integers to a range.
  ///
  /// Source: TensorFlow Lite Micro, `Relu6Quantized`, which reads the input's scale alone.
  case clamping(ClosedRange<Int32>)
  case hardSwish(HardSwishRule)
  case logistic(LogisticRule)

  struct Rescaling {
    let inputZeroPoint: Int32
    let multiplier: FixedPointMultiplier
    let outputZeroPoint: Int32
    let range: ClosedRange<Int32>
  }

  @inline(__always)
  func output(_ value: Int8) -> Int8 {
    switch self {
    case .rescaling(let rule):
      rule.range.clamped(
        rule.multiplier.scaled(Int32(value) &- rule.inputZeroPoint) &+ rule.outputZeroPoint)
    case .clamping(let range): range.clamped(Int32(value))
    case .hardSwish(let rule): rule.output(value)
    case .logistic(let rule): rule.output(value)
    }
  }

  static func requantization(_ site: OperatorSite) throws(DeploymentError) -> UnaryRule {
    let (input, output) = (try site.quantization(of: 0), try site.outputQuantization())
    return .rescaling(
      Rescaling(
        inputZeroPoint: input.zeroPoint,
        multiplier: try site.multiplier(Double(input.scale) / Double(output.scale)),
        outputZeroPoint: output.zeroPoint, range: -128...127))
  }

  static func relu(_ site: OperatorSite) throws(DeploymentError) -> UnaryRule {
    let (input, output) = (try site.quantization(of: 0), try site.outputQuantization())
    return .rescaling(
      Rescaling(
        inputZeroPoint: input.zeroPoint,
        multiplier: try site.multiplier(Double(input.scale) / Double(output.scale)),
        outputZeroPoint: output.zeroPoint, range: output.range(of: .relu)))
  }

  static func relu6(_ site: OperatorSite) throws(DeploymentError) -> UnaryRule {
    let (input, output) = (try site.quantization(of: 0), try site.outputQuantization())
    // What the kernel does not read must be what it writes.
    try site.require(
      input == output,
      "relu6 keeps its input's integers, so the output needs the input's scale and zero point")
    return .clamping(input.range(of: .relu6))
  }
}

/// x · relu6(x + 3) / 6 in 16 bits.
///
/// Source: TensorFlow Lite Micro, `HardSwishPrepare` and the quantized `HardSwish`.
struct HardSwishRule {
  let inputZeroPoint: Int32
  let outputZeroPoint: Int32
  private let outputMultiplier: Int32
  private let outputShift: Int32
  private let gateMultiplier: Int32
  private let gateShift: Int32

  init(_ site: OperatorSite) throws(DeploymentError) {
    let (input, output) = (try site.quantization(of: 0), try site.outputQuantization())
    let fine = (1 / 128) * input.scale
    let outputFactor = FixedPointMultiplier(Double(fine) / Double(output.scale))
    try site.require(
      outputFactor.shift <= 0,
      "hard-swish needs an output scale of at least the input's \(input.scale) / 128, got \(output.scale)"
    )
    let gateFactor = FixedPointMultiplier(Double(fine) / (3 / 32768))
    inputZeroPoint = input.zeroPoint
    outputZeroPoint = output.zeroPoint
    (outputMultiplier, outputShift) = (Self.narrowed(outputFactor.significand), outputFactor.shift)
    (gateMultiplier, gateShift) = (Self.narrowed(gateFactor.significand), gateFactor.shift)
  }

  /// A 31-bit significand in 15 bits (`DownScaleInt32ToInt16Multiplier`).
  private static func narrowed(_ significand: Int32) -> Int32 {
    significand >= .max - (1 << 15) ? 32767 : (significand + (1 << 15)) >> 16
  }

  /// a·b / 2¹⁵, rounded to the nearest, halves upwards (gemmlowp's 16-bit `SaturatingRoundingDoublingHighMul`).
  private static func highProduct16(_ a: Int32, _ b: Int32) -> Int32 {
    a == -32768 && b == -32768 ? 32767 : (a &* b &+ (1 << 14)) &>> 15
  }

  /// `roundingShift` of 16 bits: shifts of 16 and more, of scales that are 2¹⁶ apart, give 1 for 0 and more.
  private static func roundingShift16(_ x: Int32, _ exponent: Int32) -> Int32 {
    let mask = Int32(Int16(truncatingIfNeeded: (Int64(1) << Int64(exponent)) - 1))
    let threshold = (mask >> 1) + (x < 0 ? 1 : 0)
    return (x >> exponent) + (x & mask > threshold ? 1 : 0)
  }

  private static func cut(_ value: Int64) -> Int32 { Int32(min(32767, max(-32768, value))) }

  func output(_ value: Int8) -> Int8 {
    // 16 bits wide; a zero point keeps it in ±255 · 128.
    let fine = (Int32(value) &- inputZeroPoint) &<< 7
    let unshifted = Self.highProduct16(fine, outputMultiplier)
    var gate = fine
    if gateShift > 0 { gate = Self.cut(Int64(gate) << Int64(min(gateShift - 1, 40))) }
    gate = Self.highProduct16(gate, gateMultiplier)
    if gateShift > 0 { gate = Self.cut(Int64(gate) << 1) }
    if gateShift < 0 { gate = Self.roundingShift16(gate, -gateShift) }
    // From [−1, 1] to [0, 1].
    gate = (gate &+ (1 << 15)) &>> 1
    // This product is rounded towards zero.
    let product = gate &* unshifted / (1 << 15)
    let result = Self.roundingShift16(product, -outputShift) &+ outputZeroPoint
    return (-128...127).clamped(result)
  }
}

/// 1 / (1 + exp(−x)), scale 1/256, zero point −128.
///
/// Source: TensorFlow Lite Micro, `CalculateArithmeticOpDataLogistic` and `Logistic`.
struct LogisticRule {
  private let inputZeroPoint: Int32
  private let multiplier: FixedPointMultiplier
  /// From here on the result is the largest or smallest integer.
  private let radius: Int32

  init(_ site: OperatorSite) throws(DeploymentError) {
    let (input, output) = (try site.quantization(of: 0), try site.outputQuantization())
    try site.require(
      output == TensorQuantization(scale: 1 / 256, zeroPoint: -128),
      "logistic gives the scale 1/256 and the zero point −128, not \(output.scale) and \(output.zeroPoint)"
    )
    let (fraction, exponent) = frexp(Double(input.scale) * 0x1p27)
    try site.require(
      exponent >= -31, "logistic needs an input scale of at least 2⁻⁵⁹, got \(input.scale)")
    inputZeroPoint = input.zeroPoint
    // Unlike other factors it keeps 2³¹ as a significand, which overflows to −2³¹ where the fraction rounds to 1.
    let significand = Int64((fraction * 0x1p31).rounded(.toNearestOrAwayFromZero))
    multiplier = FixedPointMultiplier(
      significand: Int32(truncatingIfNeeded: significand), shift: Int32(exponent))
    radius = inputRadius(integerBits: 4, leftShift: Int32(exponent))
  }

  func output(_ value: Int8) -> Int8 {
    let input = Int32(value) &- inputZeroPoint
    if input <= -radius { return -128 }
    if input >= radius { return 127 }
    let result = fixedLogistic(multiplier.scaled(input), integerBits: 4)
    return (-128...127).clamped(roundingShift(result, 23) &- 128)
  }
}

/// Returns the largest input whose multiple by a factor below 2^`leftShift` fits into Q`integerBits`.
///
/// Source: TensorFlow Lite, `CalculateInputRadius`.
func inputRadius(integerBits: Int32, leftShift: Int32) -> Int32 {
  let largest = Double((1 << integerBits) - 1) * Double(Int64(1) << Int64(31 - integerBits))
  return Int32(min(Double(Int32.max), (largest / scalbn(1.0, Int(leftShift))).rounded(.down)))
}
