/// Returns e^x of eight numbers at most 0, with a relative error below 1e-15; 0 below −708.
///
/// x = k·log 2 + r with |r| ≤ ½·log 2; e^r is its Taylor polynomial of degree 13, and 2^k is put
/// together from its bits.
@inline(__always)
func exponential(_ x: SIMD8<Double>) -> SIMD8<Double> {
  let bounded = x.replacing(with: -708, where: x .< -708)
  let k = (bounded * 1.4426950408889634).rounded(.toNearestOrEven)
  // log 2 in two parts, the first with so few bits that k times it is exact.
  var r = bounded
  r.addProduct(k, SIMD8(repeating: -0.693147180369123816490))
  r.addProduct(k, SIMD8(repeating: -1.90821492927058770002e-10))
  var sum = SIMD8<Double>(repeating: 1.0 / 6_227_020_800)
  sum = SIMD8(repeating: 1.0 / 479_001_600).addingProduct(sum, r)
  sum = SIMD8(repeating: 1.0 / 39_916_800).addingProduct(sum, r)
  sum = SIMD8(repeating: 1.0 / 3_628_800).addingProduct(sum, r)
  sum = SIMD8(repeating: 1.0 / 362_880).addingProduct(sum, r)
  sum = SIMD8(repeating: 1.0 / 40_320).addingProduct(sum, r)
  sum = SIMD8(repeating: 1.0 / 5_040).addingProduct(sum, r)
  sum = SIMD8(repeating: 1.0 / 720).addingProduct(sum, r)
  sum = SIMD8(repeating: 1.0 / 120).addingProduct(sum, r)
  sum = SIMD8(repeating: 1.0 / 24).addingProduct(sum, r)
  sum = SIMD8(repeating: 1.0 / 6).addingProduct(sum, r)
  sum = SIMD8(repeating: 0.5).addingProduct(sum, r)
  sum = SIMD8(repeating: 1).addingProduct(sum, r)
  sum = SIMD8(repeating: 1).addingProduct(sum, r)
  // Adding 2^52 + 2^51 leaves the whole number k in the low bits.
  let shifted = k + 6_755_399_441_055_744.0
  let whole = unsafeBitCast(shifted, to: SIMD8<Int64>.self)
  let power = unsafeBitCast((whole &+ 1023) &<< 52, to: SIMD8<Double>.self)
  let result = sum * power
  return result.replacing(with: 0, where: x .< -708)
}
