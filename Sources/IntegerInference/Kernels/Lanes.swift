import CIntegerVectors

// Bytes, integers and floats of sixteen channels. Activations are stored as unsigned bytes, 128 above the model's
// integers, since that is what the dot products of x86 read.

typealias Bytes = SIMD16<UInt8>
typealias Words = SIMD16<Int32>
typealias Floats = SIMD16<Float>

let laneCount = 16

/// Kernels read up to so many bytes behind what they need.
let readMarginBytes = 64

extension UnsafePointer where Pointee == UInt8 {
  @inline(__always)
  func bytes(_ offset: Int) -> Bytes {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Bytes.self)
  }

  /// Four bytes for all lanes.
  @inline(__always)
  func quad(_ offset: Int) -> Words {
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
