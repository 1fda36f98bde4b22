import DeployedModels

/// The mean over height and width: clamp(M · (Σ x − n Z_in) + Z_out), where M = S_in / (n S_out).
///
/// The division by n is worked into the multiplier: with k = ⌊log2 n⌋ bits, of which no more than leave a shift of −31,
/// it becomes ⌊significand · 2ᵏ / n⌋ at a shift lower by k.
///
/// Source: TensorFlow Lite, `QuantizedMeanOrSum`.
struct MeanRule {
  let positions: Int
  let channels: Int
  let inputZeroPoint: Int32
  let multiplier: FixedPointMultiplier
  let outputZeroPoint: Int32

  init(_ site: OperatorSite) throws(DeploymentError) {
    let (input, output) = (try site.quantization(of: 0), try site.outputQuantization())
    let shape = try site.tensor(0).shape
    let axes = try site.int32Values(1).map { $0 < 0 ? Int($0) + shape.count : Int($0) }
    try site.require(
      shape.count == 4 && Set(axes) == [1, 2],
      "a mean is taken over height and width of an image, not over \(axes)")
    positions = shape[1] * shape[2]
    channels = shape[3]
    try site.requireOutput(count: channels)
    let whole = try site.multiplier(Double(input.scale) / Double(output.scale))
    let bits = min(Int32(Int.bitWidth - 1 - positions.leadingZeroBitCount), 31 + whole.shift)
    multiplier = FixedPointMultiplier(
      significand: Int32((Int64(whole.significand) << Int64(bits)) / Int64(positions)),
      shift: whole.shift - bits)
    inputZeroPoint = input.zeroPoint
    outputZeroPoint = output.zeroPoint
  }

  /// Returns the mean of integers whose sum is `sum`.
  @inline(__always)
  func output(_ sum: Int32) -> Int8 {
    let centred = sum &- inputZeroPoint &* Int32(truncatingIfNeeded: positions)
    return (-128...127).clamped(multiplier.scaled(centred) &+ outputZeroPoint)
  }
}
