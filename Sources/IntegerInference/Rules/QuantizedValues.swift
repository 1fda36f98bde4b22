import DeployedModels

extension TensorQuantization {
  /// Returns the integer that stands for a value: round(value / scale) + zero point, halves away from zero, cut to
  /// [−128, 127]. The division is in fp32.
  ///
  /// Source: TensorFlow Lite, `AffineQuantize`, of whose results those that leave the 32 bits are undefined; here the
  /// nearest integer stands for such values, and the zero point for what is no number.
  public func integer(of value: Float) -> Int8 {
    let steps = (value / scale).rounded(.toNearestOrAwayFromZero)
    if steps.isNaN { return Int8(clamping: zeroPoint) }
    // Beyond ±512 any zero point of an int8 tensor leaves an integer outside.
    return Int8(clamping: Int32(min(512, max(-512, steps))) + zeroPoint)
  }

  /// Returns what an integer stands for: scale · (integer − zero point), multiplied in fp64, rounded to fp32.
  ///
  /// Source: TensorFlow Lite, `Dequantize`.
  public func value(of integer: Int8) -> Float {
    Float(Double(scale) * Double(Int32(integer) - zeroPoint))
  }

  /// Returns the integers that an output may have after a fused activation: those of values ≥ 0 for relu, of
  /// 0…6 for relu6.
  ///
  /// Source: TensorFlow Lite, `CalculateActivationRangeQuantized`: round(bound / scale) + zero point.
  func range(of activation: FusedActivation) -> ClosedRange<Int32> {
    let zero = min(127, max(-128, zeroPoint))
    switch activation {
    case .none: return -128...127
    case .relu: return zero...127
    case .relu6:
      let six = (6 / scale).rounded(.toNearestOrAwayFromZero)
      return zero...max(zero, min(127, Int32(min(1024, six)) + zeroPoint))
    }
  }
}

extension ClosedRange<Int32> {
  /// Returns the nearest integer inside.
  @inline(__always)
  func clamped(_ value: Int32) -> Int8 {
    Int8(truncatingIfNeeded: Swift.min(upperBound, Swift.max(lowerBound, value)))
  }
}
