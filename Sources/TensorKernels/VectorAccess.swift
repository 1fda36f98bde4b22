// Loads and stores of 16 floats at a time. The processor's vector width is the compiler's concern:
// SIMD16 becomes one AVX-512 register, two AVX2 registers or four NEON registers.

/// Sixteen floats: the unit in which kernels read and write.
@usableFromInline typealias Vector = SIMD16<Float>

/// The floats in a `Vector`. Buffers are padded to a multiple of it, so that reading a whole vector at
/// the end of a row never leaves the buffer.
public let vectorWidth = 16

extension UnsafePointer where Pointee == Float {
  @inline(__always)
  func vector(_ offset: Int) -> Vector {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Vector.self)
  }
}

extension UnsafeMutablePointer where Pointee == Float {
  @inline(__always)
  func vector(_ offset: Int) -> Vector {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Vector.self)
  }

  @inline(__always)
  func store(_ value: Vector, _ offset: Int) {
    UnsafeMutableRawPointer(self + offset).storeBytes(of: value, as: Vector.self)
  }

  /// Stores the first `count` (1…15) floats of `value`.
  @inline(__always)
  func store(_ value: Vector, _ offset: Int, count: Int) {
    let raw = UnsafeMutableRawPointer(self + offset)
    var rest = value.lowHalf
    var place = 0
    if count & 8 != 0 {
      raw.storeBytes(of: rest, as: SIMD8<Float>.self)
      rest = value.highHalf
      place = 8
    }
    var quarter = rest.lowHalf
    if count & 4 != 0 {
      raw.storeBytes(of: quarter, toByteOffset: 4 * place, as: SIMD4<Float>.self)
      quarter = rest.highHalf
      place += 4
    }
    var pair = quarter.lowHalf
    if count & 2 != 0 {
      raw.storeBytes(of: pair, toByteOffset: 4 * place, as: SIMD2<Float>.self)
      pair = quarter.highHalf
      place += 2
    }
    if count & 1 != 0 {
      raw.storeBytes(of: pair[0], toByteOffset: 4 * place, as: Float.self)
    }
  }

  /// Stores `value`, or only its first `count` floats where a row ends before its sixteenth.
  @inline(__always)
  func store(_ value: Vector, _ offset: Int, limit count: Int) {
    if count >= vectorWidth { store(value, offset) } else { store(value, offset, count: count) }
  }
}
