// Exponentials and what is made of them, sixteen at a time.
//
// Relative errors are below 3e-7 where the result is a normal number. NaN gives NaN.

/// The larger of two, lane by lane; NaN in `x` stays.
///
/// A comparison and a blend: the standard library's `pointwiseMax` goes from lane to lane.
@inline(__always)
func raised(_ x: Vector, to lowest: Vector) -> Vector {
  x.replacing(with: lowest, where: x .< lowest)
}

/// The smaller of two, lane by lane; NaN in `x` stays.
@inline(__always)
func lowered(_ x: Vector, to highest: Vector) -> Vector {
  x.replacing(with: highest, where: x .> highest)
}

/// eˣ; below −87.3 the smallest normal number instead of less, above 88.3 about 2¹²⁷ instead of more.
///
/// x = n·ln 2 + r with a whole n, by adding and taking away 1.5·2²³, whose last bits are then n; eʳ is the
/// polynomial of Cephes' `expf` (netlib.org/cephes).
@inline(__always)
func exponential(_ x: Vector) -> Vector {
  let bounded = lowered(
    raised(x, to: Vector(repeating: -87.3)), to: Vector(repeating: 88.3))
  let rounder = Vector(repeating: 12_582_912)
  let shifted = bounded * Vector(repeating: 1.442_695_04) + rounder
  let n = shifted - rounder
  let r =
    bounded - n * Vector(repeating: 0.693_359_375) - n * Vector(repeating: -2.121_944_4e-4)
  var p = Vector(repeating: 1.987_569_15e-4)
  p = p * r + Vector(repeating: 1.398_199_950_7e-3)
  p = p * r + Vector(repeating: 8.333_451_907_3e-3)
  p = p * r + Vector(repeating: 4.166_579_589_4e-2)
  p = p * r + Vector(repeating: 1.666_666_545_9e-1)
  p = p * r + Vector(repeating: 5.000_000_120_1e-1)
  p = p * r * r + r + Vector(repeating: 1)
  let bits = unsafeBitCast(shifted, to: SIMD16<UInt32>.self)
  let power = (bits &<< SIMD16<UInt32>(repeating: 23)) &+ SIMD16<UInt32>(repeating: 0x3F80_0000)
  return p * unsafeBitCast(power, to: Vector.self)
}

/// 1 / (1 + e⁻ˣ)
@inline(__always)
func logistic(_ x: Vector) -> Vector {
  let one = Vector(repeating: 1)
  return one / (one + exponential(-x))
}

@inline(__always)
func magnitude(_ x: Vector) -> Vector { x.replacing(with: -x, where: x .< Vector.zero) }

/// tanh x = sign(x) · (1 − e) / (1 + e) with e = e^(−2|x|); x itself where it is so small that this cancels.
@inline(__always)
func hyperbolicTangent(_ x: Vector) -> Vector {
  let size = magnitude(x)
  let e = exponential(Vector(repeating: -2) * size)
  let one = Vector(repeating: 1)
  let value = (one - e) / (one + e)
  let signed = value.replacing(with: -value, where: x .< Vector.zero)
  // tanh x = x − x³/3 + 2x⁵/15 − …
  let square = x * x
  let series =
    x * (one - square * (Vector(repeating: 1 / 3) - square * Vector(repeating: 2 / 15)))
  return signed.replacing(with: series, where: size .< Vector(repeating: 0.05))
}

/// erfc z for z ≥ 0, absolute error below 2e-7. Source: Abramowitz and Stegun, formula 7.1.26.
@inline(__always)
private func complementaryError(_ z: Vector) -> Vector {
  let one = Vector(repeating: 1)
  let t = one / (one + Vector(repeating: 0.327_591_1) * z)
  var p = Vector(repeating: 1.061_405_429)
  p = p * t + Vector(repeating: -1.453_152_027)
  p = p * t + Vector(repeating: 1.421_413_741)
  p = p * t + Vector(repeating: -0.284_496_736)
  p = p * t + Vector(repeating: 0.254_829_592)
  return p * t * exponential(-(z * z))
}

/// x·Φ(x) with Φ(x) = erfc(−x/√2)/2, absolute error below 2e-7·|x|.
@inline(__always)
func gaussianLinearUnit(_ x: Vector) -> Vector {
  let half =
    Vector(repeating: 0.5)
    * complementaryError(magnitude(x) * Vector(repeating: 0.707_106_78))
  let share = (Vector(repeating: 1) - half).replacing(with: half, where: x .< Vector.zero)
  return x * share
}
