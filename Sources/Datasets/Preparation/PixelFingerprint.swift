/// 128 bits by which equal images are found: those of two different images are the same by a chance of 2⁻¹²⁸, unless
/// somebody wants them to be.
///
/// Two lanes of multiply-and-fold mixing, as in wyhash (Wang Yi, public domain), with keys of their own.
struct PixelFingerprint: Hashable {
  private let first: UInt64
  private let second: UInt64

  /// Looks at the pixels of an image.
  init(_ bytes: UnsafeRawBufferPointer) {
    var (a, b) = (UInt64(bytes.count) ^ 0x9E37_79B9_7F4A_7C15, UInt64(0xD1B5_4A32_D192_ED03))
    func mix(_ x: UInt64, _ y: UInt64) {
      a = Self.folded(a ^ x ^ 0xA076_1D64_78BD_642F, y ^ 0xE703_7ED1_A0B4_28DB)
      b = Self.folded(b ^ y ^ 0x8EBC_6AF0_9C88_C6E3, x ^ 0x5899_65CC_7537_4CC3)
    }
    let whole = bytes.count / 16 * 16
    for place in stride(from: 0, to: whole, by: 16) {
      mix(
        bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self),
        bytes.loadUnaligned(fromByteOffset: place &+ 8, as: UInt64.self))
    }
    var rest: (UInt64, UInt64) = (0, 0)
    for (place, byte) in bytes[whole...].enumerated() {
      if place < 8 {
        rest.0 |= UInt64(byte) << UInt64(8 * place)
      } else {
        rest.1 |= UInt64(byte) << UInt64(8 * (place - 8))
      }
    }
    mix(rest.0, rest.1)
    mix(a, b)
    (first, second) = (a, b)
  }

  @inline(__always)
  private static func folded(_ x: UInt64, _ y: UInt64) -> UInt64 {
    let (high, low) = x.multipliedFullWidth(by: y)
    return high ^ low
  }
}
