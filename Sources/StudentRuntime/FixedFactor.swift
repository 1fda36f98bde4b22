/// A factor as TensorFlow Lite Micro applies it: x · multiplier / 2³¹, shifted.
///
/// Source: tensorflow/lite/kernels/internal/quantization_util.cc, `QuantizeMultiplier`.
struct FixedFactor {
  var multiplier: Int32 = 0
  var left: Int32 = 0
  var right: Int32 = 0

  init(_ factor: Double, _ place: String) throws(Refusal) {
    guard factor.isFinite, factor >= 0, factor < 0x1p30 else {
      throw Refusal(place, found: "a factor of \(factor) between scales", expected: "less than 2³⁰")
    }
    guard factor > 0 else { return }
    var shift = Int(factor.exponent) + 1
    var fixed = Int64((factor.significand / 2 * 0x1p31).rounded())
    if fixed == 1 << 31 { (fixed, shift) = (fixed / 2, shift + 1) }
    guard shift >= -31 else { return }
    (multiplier, left, right) = (Int32(fixed), Int32(max(0, shift)), Int32(max(0, -shift)))
  }

  /// Returns a scaled integer, rounded twice.
  func callAsFunction(_ value: Int32) -> Int32 {
    let high = Int32(truncatingIfNeeded: (Int64(value << left) * Int64(multiplier) + 1 << 30) >> 31)
    return divided(high, by: right)
  }
}

/// Returns value / 2^exponent, half a unit away from zero, as integers of a width compute it.
///
/// Source: gemmlowp, `RoundingDivideByPOT`: its mask for 16 bits and an exponent from 16 is −1.
func divided<Width: SignedInteger & FixedWidthInteger>(
  _ value: Int32, by exponent: Int32, as: Width.Type = Int32.self
) -> Int32 {
  let mask = Int32(Width(truncatingIfNeeded: (Int64(1) << Int64(exponent)) - 1))
  let threshold = (mask >> 1) + (value < 0 ? 1 : 0)
  return (value >> exponent) + ((value & mask) > threshold ? 1 : 0)
}
