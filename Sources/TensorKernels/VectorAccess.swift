// Loads and stores of 16 floats at a time, or of as many as one register holds.
//
// SIMD16 becomes one AVX-512 register, two AVX2 registers or four NEON registers. That is the compiler's
// concern where few values are alive at once. Loops that keep many sums in registers count them, and work on
// native vectors.

import CPlatform

/// Sixteen floats: the unit in which kernels read and write.
@usableFromInline typealias Vector = SIMD16<Float>

/// The floats in a `Vector`. Buffers are padded to a multiple of it, so that reading a whole vector at
/// the end of a row never leaves the buffer.
public let vectorWidth = 16

/// Returns count / size, rounded up.
@inline(__always)
func ceiling(_ count: Int, _ size: Int) -> Int { (count &+ size &- 1) / size }

/// Returns the floats of the whole vectors that hold `count`.
@inline(__always)
func wholeVectors(_ count: Int, of width: Int = vectorWidth) -> Int {
  ceiling(count, width) &* width
}

/// As many floats as one register holds, or a pair on AArch64: SIMD16, SIMD8 or SIMD4.
@usableFromInline typealias NativeVector = platform_vector

/// The floats of a `NativeVector`; divides `vectorWidth`.
@inline(__always)
var nativeWidth: Int { NativeVector.scalarCount }

/// Whether 32 native vectors fit the registers, and not 16. AArch64's 32 registers hold 16 pairs.
@inline(__always)
var hasManyRegisters: Bool { PLATFORM_VECTOR_REGISTERS >= 32 }

extension UnsafePointer where Pointee == Float {
  @inline(__always)
  func vector(_ offset: Int) -> Vector {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Vector.self)
  }

  @inline(__always)
  func native(_ offset: Int) -> NativeVector {
    UnsafeRawPointer(self + offset).loadUnaligned(as: NativeVector.self)
  }
}

extension UnsafeMutablePointer where Pointee == Float {
  @inline(__always)
  func vector(_ offset: Int) -> Vector {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Vector.self)
  }

  @inline(__always)
  func native(_ offset: Int) -> NativeVector {
    UnsafeRawPointer(self + offset).loadUnaligned(as: NativeVector.self)
  }

  @inline(__always)
  func store<V: SIMD<Float>>(_ value: V, _ offset: Int) {
    UnsafeMutableRawPointer(self + offset).storeBytes(of: value, as: V.self)
  }

  /// Stores `value`, or only its first `limit` floats where a row ends before its last.
  @inline(__always)
  func store(_ value: NativeVector, limit: Int) {
    if limit >= nativeWidth { return store(value, 0) }
    withUnsafeBytes(of: value) { bytes in
      copy(bytes.baseAddress!.assumingMemoryBound(to: Float.self), count: limit)
    }
  }

  /// Copies `count` (fewer than 64) floats, in as large pieces as there are.
  @inline(__always)
  func copy(_ source: UnsafePointer<Float>, count: Int) {
    var place = 0
    while place &+ nativeWidth <= count {
      store(source.native(place), place)
      place &+= nativeWidth
    }
    @inline(__always)
    func piece<V: SIMD<Float>>(_: V.Type) {
      guard count &- place >= V.scalarCount else { return }
      store(UnsafeRawPointer(source + place).loadUnaligned(as: V.self), place)
      place &+= V.scalarCount
    }
    if nativeWidth > 8 { piece(SIMD8<Float>.self) }
    if nativeWidth > 4 { piece(SIMD4<Float>.self) }
    piece(SIMD2<Float>.self)
    if place < count { self[place] = source[place] }
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
