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

/// Returns value / 2^exponent, half a unit away from zero.
func divided(_ value: Int32, by exponent: Int32) -> Int32 {
  let mask = Int32(truncatingIfNeeded: (Int64(1) << Int64(exponent)) - 1)
  let threshold = (mask >> 1) + (value < 0 ? 1 : 0)
  return (value >> exponent) + ((value & mask) > threshold ? 1 : 0)
}

extension Tensor {
  var scale: Double { Double(scales.first ?? 1) }

  /// The integers between which an activation keeps its output.
  func limits(of activation: UInt32, relu: UInt32, relu6: UInt32) -> ClosedRange<Int> {
    func integer(_ value: Float) -> Int {
      zeroPoint + Int(min(1e6, value / Float(scale)).rounded())
    }
    switch activation {
    case relu: return max(-128, zeroPoint)...127
    case relu6: return max(-128, zeroPoint)...max(max(-128, zeroPoint), min(127, integer(6)))
    default: return -128...127
    }
  }
}

/// Returns hard swish for all int8 values, from −128.
///
/// Source: tensorflow/lite/kernels/internal/reference/hard_swish.h, in 16 bits as there.
func hardSwishTable(_ input: Tensor, _ output: Tensor, _ place: String) throws(Refusal) -> [Int8] {
  let fine = Float(1) / 128 * Float(input.scale)
  let outer = try FixedFactor(Double(fine / Float(output.scale)), place)
  let inner = try FixedFactor(Double(fine / (3 / 32768)), place)
  guard outer.left == 0 else {
    throw Refusal(
      place, found: "an output scale of \(output.scale)", expected: "at least 1/128 of the input's")
  }
  /// The upper half of a 32-bit multiplier, rounded and saturated.
  func half(_ factor: FixedFactor) -> Int32 {
    factor.multiplier >= .max - (1 << 15) ? 32767 : (factor.multiplier + 1 << 15) >> 16
  }
  func shifted(_ value: Int32, by count: Int32) -> Int32 {
    Int32(min(32767, max(-32768, Int64(value) << Int64(count))))
  }
  /// a · b / 2¹⁵, rounded to the nearest.
  func product(_ a: Int32, _ b: Int32) -> Int32 {
    let exact = a * b
    return (exact + (exact >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15)
  }
  return (-128...127).map { value in
    let x = Int32(value - input.zeroPoint) << 7
    let scaled = product(x, half(outer))
    var gate = x
    if inner.left > 0 { gate = shifted(gate, by: inner.left - 1) }
    gate = product(gate, half(inner))
    if inner.left > 0 { gate = shifted(gate, by: 1) }
    if inner.right > 0 { gate = divided(gate, by: inner.right) }
    gate = (gate + 1 << 15) >> 1
    let result = divided(gate * scaled / (1 << 15), by: outer.right) + Int32(output.zeroPoint)
    return Int8(min(127, max(-128, result)))
  }
}
