import CIntegerVectors

// Bytes, integers and floats of sixteen channels. Activations are stored as unsigned bytes, 128 above the model's
// integers, since that is what the dot products of x86 read.

typealias Bytes = SIMD16<UInt8>
typealias Shorts = SIMD16<Int16>
typealias Words = SIMD16<Int32>
typealias Floats = SIMD16<Float>

let laneCount = 16

/// Kernels read up to so many bytes behind what they need.
let readMarginBytes = 64

/// The model's integer of each byte.
let integersOfBytes = (0...255).map { Int8(bitPattern: UInt8($0) ^ 128) }

/// Whether all sums of a tile stay in registers to their end: AVX-512 VNNI. By the number itself the compiler would
/// call code for other processors unreachable, and warn.
@inline(__always)
var hasManyRegisters: Bool { LANES_FORM == 3 }

/// Whether products are of pairs of 16 bits: AVX2, where bytes cannot be multiplied without saturation.
@inline(__always)
var multipliesPairs: Bool { LANES_FORM == 1 }

/// How many bytes a value takes in a product, and a weight.
@inline(__always)
var productBytes: Int { multipliesPairs ? 2 : 1 }

/// How many values each lane of a product holds.
@inline(__always)
var productDepth: Int { 4 / productBytes }

/// Writes bytes as 16 bits each.
@inline(__always)
func widen(_ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, count: Int) {
  lanes_widen16(
    source, UnsafeMutableRawPointer(target).assumingMemoryBound(to: UInt16.self), count)
}

/// Adds to each lane the products of its values and weights.
@inline(__always)
func sum(_ sums: Words, plus values: Words, times weights: Words) -> Words {
  multipliesPairs
    ? lanes_dot_pairs(sums, values, weights) : lanes_dot(sums, values, weights)
}

extension UnsafePointer where Pointee == UInt8 {
  @inline(__always)
  func bytes(_ offset: Int) -> Bytes {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Bytes.self)
  }

  /// The values of a product, four bytes, for all lanes.
  @inline(__always)
  func word(_ offset: Int) -> Words {
    Words(repeating: UnsafeRawPointer(self + offset).loadUnaligned(as: Int32.self))
  }
}

extension UnsafeMutablePointer where Pointee == UInt8 {
  /// Stores the bytes, or only the first `count` of them.
  @inline(__always)
  func store(_ bytes: Bytes, _ offset: Int, count: Int) {
    if count >= laneCount {
      UnsafeMutableRawPointer(self + offset).storeBytes(of: bytes, as: Bytes.self)
    } else {
      lanes_store(bytes, self + offset, count)
    }
  }
}
