import CIntegerVectors
import Foundation

/// How sums of products become bytes, for sixteen channels.
///
/// `offset` and `factor` are of fp32: with x = sum · factor ± offset, the sign being the sum's, the exact result is the
/// nearest integer of x wherever x is not close to a half. For a positive sum it is ⌊v + ½ + 2^−(right + 1)⌋, v being the
/// real product: the first rounding moves every half down by half a unit of 2^−right. Below zero it is the mirror
/// image. Where some x is within `doubtLimit` of a half, the integers are computed with two roundings.
struct FinishBlock {
  var significand = Words.zero
  var left = Words.zero
  var right = Words.zero
  /// 2^right − 1.
  var mask = Words.zero
  /// Half of it.
  var threshold = Words.zero
  var factor = Floats.zero
  var offset = Floats.zero

  mutating func set(_ multiplier: FixedPointMultiplier, lane: Int) {
    let shift = max(-multiplier.shift, 0)
    significand[lane] = multiplier.significand
    left[lane] = max(multiplier.shift, 0)
    right[lane] = shift
    mask[lane] = Int32(truncatingIfNeeded: (Int64(1) << Int64(shift)) - 1)
    threshold[lane] = mask[lane] >> 1
    factor[lane] = Float(scalbn(Double(multiplier.significand), Int(multiplier.shift) - 31))
    offset[lane] = shift > 0 ? scalbn(0.5, -Int(shift)) : 0
  }
}

/// What all channels of a step have in common.
struct Finish {
  /// One for each sixteen channels.
  var blocks: UnsafePointer<FinishBlock>
  /// The output's zero point, of unsigned bytes.
  var zero: Words
  var low: Words
  var high: Words
  /// Whether no sum is so large that fp32 could err by more than `doubtLimit` inside the bytes' range, or leave 32 bits.
  var usesFloats: Bool

  /// x is rounded once, its factor once, and the sum if it has more than 24 bits: three times 2⁻²⁴ of at most
  /// 400, beyond which every result is cut off.
  static let doubtLimit: Float = 0.5 - 3 * 400 * 0x1p-24

  @inline(__always)
  func exact(_ sums: Words, _ block: Int) -> Bytes {
    let parameters = blocks + block
    let product = lanes_high_product(
      lanes_left(sums, parameters.pointee.left), parameters.pointee.significand)
    return bytes(
      lanes_rounding_shift(
        product, parameters.pointee.mask, parameters.pointee.threshold, parameters.pointee.right))
  }

  /// - Parameter worst: The largest distance from an integer so far.
  @inline(__always)
  func likely(_ sums: Words, _ block: Int, _ worst: inout Floats) -> Bytes {
    let parameters = blocks + block
    let values = lanes_scaled(sums, parameters.pointee.factor, parameters.pointee.offset)
    worst = lanes_doubt(values, worst)
    return bytes(lanes_nearest(values))
  }

  /// Returns the bytes of one vector, exact in any case.
  @inline(__always)
  func callAsFunction(_ sums: Words, _ block: Int) -> Bytes {
    guard usesFloats else { return exact(sums, block) }
    var worst = Floats.zero
    let result = likely(sums, block, &worst)
    return lanes_exceed(worst, Finish.doubtLimit) != 0 ? exact(sums, block) : result
  }

  /// Stores the first `channels` bytes of each row of sums.
  ///
  /// A tile's sums leave no registers for what they are multiplied with, except with AVX-512 VNNI: elsewhere one loop for
  /// all tiles reads them from memory.
  ///
  /// - Parameters:
  ///   - target: Where the first row goes.
  ///   - stride: From one row to the next, in bytes.
  @inline(__always)
  func store<let R: Int>(
    _ sums: InlineArray<R, Words>, _ block: Int,
    to target: UnsafeMutablePointer<UInt8>, stride: Int, channels: Int
  ) {
    if hasManyRegisters {
      if usesFloats {
        var worst = Floats.zero
        unrolledRows(InlineArray<R, Bool>.self) { row in
          target.store(
            likely(sums[unchecked: row], block, &worst), row &* stride, count: channels)
        }
        if lanes_exceed(worst, Finish.doubtLimit) == 0 { return }
      }
      unrolledRows(InlineArray<R, Bool>.self) { row in
        target.store(exact(sums[unchecked: row], block), row &* stride, count: channels)
      }
    } else {
      withUnsafePointer(to: sums) {
        store(
          UnsafeRawPointer($0).assumingMemoryBound(to: Words.self), rows: R, block, to: target,
          stride: stride, channels: channels)
      }
    }
  }

  /// Likewise, of sums one after the other in memory.
  @inline(never)
  func store(
    _ sums: UnsafePointer<Words>, rows: Int, _ block: Int,
    to target: UnsafeMutablePointer<UInt8>, stride: Int, channels: Int
  ) {
    if usesFloats {
      var worst = Floats.zero
      var place = target
      for row in 0..<rows {
        place.store(likely(sums[row], block, &worst), 0, count: channels)
        place += stride
      }
      if lanes_exceed(worst, Finish.doubtLimit) == 0 { return }
    }
    for row in 0..<rows {
      target.store(exact(sums[row], block), row &* stride, count: channels)
    }
  }

  /// Returns values, of which the zero point is missing, as bytes.
  @inline(__always)
  func bytes(_ values: Words) -> Bytes {
    lanes_cut(values, zero, low, high)
  }
}
