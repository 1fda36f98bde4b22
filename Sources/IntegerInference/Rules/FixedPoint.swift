import Foundation

/// Returns a·b / 2³¹, rounded to the nearest, halves upwards; the product of the two smallest numbers, which has
/// no 32 bits, becomes the largest.
///
/// Source: gemmlowp, `SaturatingRoundingDoublingHighMul`. Its nudge of 2³⁰, or of 1 − 2³⁰ below zero, and its division
/// towards zero are the same as one addition and an arithmetic shift.
@inline(__always)
func highProduct(_ a: Int32, _ b: Int32) -> Int32 {
  if a == .min, b == .min { return .max }
  return Int32(truncatingIfNeeded: (Int64(a) &* Int64(b) &+ (1 << 30)) &>> 31)
}

/// Returns x / 2^exponent (0…31), rounded to the nearest, halves away from zero.
///
/// Source: gemmlowp, `RoundingDivideByPOT`.
@inline(__always)
func roundingShift(_ x: Int32, _ exponent: Int32) -> Int32 {
  let mask = Int32(truncatingIfNeeded: (Int64(1) &<< Int64(exponent)) &- 1)
  let threshold = (mask &>> 1) &+ (x < 0 ? 1 : 0)
  return (x &>> exponent) &+ (x & mask > threshold ? 1 : 0)
}

/// A positive real factor as a 31-bit significand and a power of two: significand / 2³¹ · 2^shift.
///
/// Source: LiteRT 8-bit quantization specification; TensorFlow Lite's `QuantizeMultiplier` and, with two roundings, as
/// Micro is built unless `TFLITE_SINGLE_ROUNDING` is set, its `MultiplyByQuantizedMultiplier`.
struct FixedPointMultiplier: Hashable, Sendable {
  /// In [2³⁰, 2³¹), or 0.
  var significand: Int32
  /// Positive for factors of 1 and more.
  var shift: Int32

  init(significand: Int32, shift: Int32) {
    self.significand = significand
    self.shift = shift
  }

  /// Takes the nearest; factors below 2⁻³² become 0.
  init(_ factor: Double) {
    guard factor != 0 else {
      (significand, shift) = (0, 0)
      return
    }
    let (fraction, exponent) = frexp(factor)
    var fixed = Int64((fraction * 0x1p31).rounded(.toNearestOrAwayFromZero))
    var shift = Int32(exponent)
    if fixed == 1 << 31 {
      fixed /= 2
      shift += 1
    }
    if shift < -31 { (fixed, shift) = (0, 0) }
    significand = Int32(fixed)
    self.shift = shift
  }

  /// Returns x times the factor: the product is rounded at 31 bits, then again where it is shifted to the right.
  @inline(__always)
  func scaled(_ x: Int32) -> Int32 {
    let left = max(shift, 0)
    let right = max(-shift, 0)
    return roundingShift(highProduct(x &<< left, significand), right)
  }
}
