import DeployedModels

/// exp(x − max) / Σ exp(x − max) over the last dimension, scale 1/256, zero point −128.
///
/// Differences are scaled to Q5, their exponentials summed in Q12, and multiplied with the sum's reciprocal.
///
/// Source: TensorFlow Lite Micro, `CalculateSoftmaxParams`; TensorFlow Lite, `PreprocessSoftmaxScaling` and the
/// quantized `Softmax`; `beta` is 1.
struct SoftmaxRule {
  private let multiplier: FixedPointMultiplier
  /// Differences below add nothing.
  private let smallestDifference: Int32
  let channels: Int

  init(_ site: OperatorSite) throws(DeploymentError) {
    let (input, output) = (try site.quantization(of: 0), try site.outputQuantization())
    try site.require(
      output == TensorQuantization(scale: 1 / 256, zeroPoint: -128),
      "softmax gives the scale 1/256 and the zero point −128, not \(output.scale) and \(output.zeroPoint)"
    )
    let factor = min(Double(input.scale) * 0x1p26, 0x1p31 - 1)
    try site.require(factor > 1, "softmax needs an input scale above 2⁻²⁶, got \(input.scale)")
    multiplier = FixedPointMultiplier(factor)
    smallestDifference = -inputRadius(integerBits: 5, leftShift: multiplier.shift)
    channels = try site.tensor(0).channels
    // Each adds up to 2¹⁹ to a sum of 31 bits.
    try site.require(channels < 1 << 12, "softmax over \(channels) values, expected at most 4095")
  }

  func apply(_ input: [Int8], into output: inout [Int8]) {
    for row in stride(from: 0, to: input.count, by: channels) {
      let values = input[row..<row + channels]
      let largest = Int32(values.max() ?? 0)
      var sum: Int32 = 0
      for value in values {
        if let power = exponential(Int32(value) - largest) { sum &+= roundingShift(power, 12) }
      }
      let scale = Scale(sum)
      for (place, value) in values.enumerated() {
        output[row + place] = exponential(Int32(value) - largest).map(scale.share) ?? -128
      }
    }
  }

  /// What exponentials are multiplied with: the reciprocal of their sum.
  struct Scale {
    private let reciprocal: Int32
    private let exponent: Int32

    /// - Parameter sum: In Q12, at least 1.
    init(_ sum: Int32) {
      let headroom = Int32(UInt32(bitPattern: sum).leadingZeroBitCount)
      reciprocal = fixedReciprocal(
        onePlus: Int32(bitPattern: (UInt32(bitPattern: sum) &<< UInt32(headroom)) &- (1 << 31)))
      // 12 − headroom bits of the sum stand above 1; 23 bring Q0 to 8 bits.
      exponent = 12 - headroom + 23
    }

    /// Returns the integer of an exponential's share of the sum.
    func share(_ power: Int32) -> Int8 {
      (-128...127).clamped(roundingShift(highProduct(reciprocal, power), exponent) &- 128)
    }
  }

  /// Returns exp of a difference to the largest integer in Q0; nil if it is too small to count.
  func exponential(_ difference: Int32) -> Int32? {
    guard difference >= smallestDifference else { return nil }
    let scaled = highProduct(difference &<< multiplier.shift, multiplier.significand)
    return fixedExponential(scaled, integerBits: 5)
  }
}
