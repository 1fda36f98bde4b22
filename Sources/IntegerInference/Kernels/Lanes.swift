import CIntegerVectors

// Bytes, integers and floats of sixteen channels. Activations are stored as unsigned bytes, 128 above the model's
// integers, since that is what the dot products of x86 read.

typealias Bytes = SIMD16<UInt8>
typealias Words = SIMD16<Int32>
typealias Floats = SIMD16<Float>

let laneCount = 16

/// Kernels read up to so many bytes behind what they need.
let readMarginBytes = 64

/// What the engine is compiled for. Swift's compiler would call code for others unreachable if it saw the number itself.
@inline(__always)
var lanesForm: Int32 { LANES_FORM }

/// How many bytes a value takes in a product, and a weight. Where bytes cannot be multiplied without saturation (AVX2),
/// pairs of 16 bits are.
@inline(__always)
var productBytes: Int { lanesForm == 1 ? 2 : 1 }

/// How many values each lane of a product holds.
@inline(__always)
var productDepth: Int { 4 / productBytes }

/// Writes bytes as 16 bits each.
@inline(__always)
func widen(_ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, count: Int) {
  lanes_widen(
    source, UnsafeMutableRawPointer(target).assumingMemoryBound(to: UInt16.self), count)
}

/// Adds to each lane the products of its values and weights.
@inline(__always)
func sum(_ sums: Words, plus values: Words, times weights: Words) -> Words {
  productBytes == 2
    ? lanes_dot_pairs(sums, values, weights) : lanes_dot(sums, values, weights)
}

extension UnsafePointer where Pointee == UInt8 {
  @inline(__always)
  func bytes(_ offset: Int) -> Bytes {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Bytes.self)
  }

  /// The values of a product, four bytes, for all lanes.
  @inline(__always)
  func group(_ offset: Int) -> Words {
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
