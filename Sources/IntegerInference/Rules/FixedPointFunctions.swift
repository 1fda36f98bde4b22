// Functions of fixed-point numbers, after gemmlowp's `fixedpoint.h`. "Qm" says that a 32-bit integer r stands for
// r / 2^(31 − m). The product of Qa and Qb by `highProduct` is Q(a + b).

/// Returns x · 2^exponent for an exponent of 1…30; saturates.
///
/// Source: gemmlowp, `SaturatingRoundingMultiplyByPOT`.
private func saturatingShift(_ x: Int32, left exponent: Int32) -> Int32 {
  let threshold = (Int32(1) << (31 - exponent)) - 1
  if x > threshold { return .max }
  if x < -threshold { return .min }
  return x &<< exponent
}

/// Returns exp(a) in Q0 for −1/4 ≤ a < 0 in Q0: a Taylor polynomial around −1/8.
private func exponentialOfQuarter(_ a: Int32) -> Int32 {
  let constant: Int32 = 1_895_147_668  // exp(−1/8)
  let third: Int32 = 715_827_883
  let x = a &+ (1 << 28)
  let square = highProduct(x, x)
  let cube = highProduct(square, x)
  let fourth = highProduct(square, square)
  let higher = roundingShift(
    highProduct(roundingShift(fourth, 2) &+ cube, third) &+ square, 1)
  return constant &+ highProduct(constant, x &+ higher)
}

/// Returns exp(a) in Q0 for a ≤ 0 in Q`integerBits`, of at most 5.
///
/// Source: gemmlowp, `exp_on_negative_values`.
func fixedExponential(_ a: Int32, integerBits: Int32) -> Int32 {
  if a == 0 { return .max }
  let fractionBits = 31 - integerBits
  let quarter = Int32(1) << (fractionBits - 2)
  let remainder = (a & (quarter - 1)) - quarter
  var result = exponentialOfQuarter(saturatingShift(remainder, left: integerBits))
  let rest = remainder &- a
  // exp(−1/4), exp(−1/2), exp(−1), exp(−2), exp(−4), exp(−8), exp(−16) in Q0.
  let factors: [Int32] = [
    1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242,
  ]
  for (place, factor) in factors.enumerated() {
    let exponent = Int32(place) - 2
    guard integerBits > exponent else { break }
    if rest & (Int32(1) << (fractionBits + exponent)) != 0 { result = highProduct(result, factor) }
  }
  return result
}

/// Returns 1 / (1 + a) in Q0 for 0 ≤ a ≤ 1 in Q0: three steps of Newton and Raphson.
///
/// Source: gemmlowp, `one_over_one_plus_x_for_x_in_0_1`.
func fixedReciprocal(onePlus a: Int32) -> Int32 {
  // (a + 1) / 2, where 1 is the largest Q0.
  let sum = Int64(a) + Int64(Int32.max)
  let half = Int32((sum + (sum >= 0 ? 1 : -1)) / 2)
  var x: Int32 = 1_515_870_810 &+ highProduct(half, -1_010_580_540)  // 48/17 − 32/17 · half in Q2
  for _ in 0..<3 {
    let error = (Int32(1) << 29) &- highProduct(half, x)
    x = x &+ saturatingShift(highProduct(x, error), left: 2)
  }
  // Half of x, as Q1, to Q0.
  return saturatingShift(x, left: 1)
}

/// Returns 1 / (1 + exp(−a)) in Q0 for a in Q`integerBits`.
///
/// Source: gemmlowp, `logistic`.
func fixedLogistic(_ a: Int32, integerBits: Int32) -> Int32 {
  if a == 0 { return 1 << 30 }
  let magnitude = a > 0 ? a : 0 &- a
  let positive = fixedReciprocal(
    onePlus: fixedExponential(0 &- magnitude, integerBits: integerBits))
  return a > 0 ? positive : .max &- positive
}
