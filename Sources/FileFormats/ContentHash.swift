import CPlatform
import Foundation

/// A SHA-256 hash, fed piece by piece.
///
/// Source: NIST, FIPS 180-4, "Secure Hash Standard", 2015, sections 4.1.2, 5.1.1 and 6.2.
public struct ContentHash: Sendable {
  /// The chaining value H of the standard.
  private var state = initialState
  /// The bytes that do not fill a block yet; fewer than `blockBytes`.
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// Creates the hash of nothing.
  public init() {}

  /// Appends bytes to what is hashed.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount &+= UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let taken = rest.prefix(Self.blockBytes - pending.count)
      pending.append(contentsOf: taken)
      rest = rest.dropFirst(taken.count)
      guard pending.count == Self.blockBytes else { return }
      pending.withUnsafeBytes { compress($0, into: &state) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / Self.blockBytes * Self.blockBytes
    compress(UnsafeRawBufferPointer(rebasing: rest.prefix(whole)), into: &state)
    pending.append(contentsOf: rest.dropFirst(whole))
  }

  /// Appends data to what is hashed.
  public mutating func update(_ data: Data) {
    data.withUnsafeBytes { update($0) }
  }

  /// Appends a string's UTF-8 bytes to what is hashed.
  public mutating func update(_ string: String) {
    Array(string.utf8).withUnsafeBytes { update($0) }
  }

  /// The hash of everything so far, as 64 lower-case hexadecimal digits.
  public var hexadecimal: String {
    var padded = self
    let bitCount = byteCount &* 8
    // A one bit, zeros up to eight bytes before the end of a block, and the length in bits.
    let used = (pending.count + 1 + 8) % Self.blockBytes
    let zeros = used == 0 ? 0 : Self.blockBytes - used
    var tail = [UInt8(0x80)] + [UInt8](repeating: 0, count: zeros)
    for shift in stride(from: 56, through: 0, by: -8) {
      tail.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
    }
    tail.withUnsafeBytes { padded.update($0) }
    return (0..<8).map { word in
      let digits = String(padded.state[word], radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private static let blockBytes = 64

  /// Section 5.3.3.
  static let initialState = SIMD8<UInt32>(
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)
}

extension ContentHash {
  /// Returns the SHA-256 of `data` in hexadecimal.
  public static func hexadecimal(of data: Data) -> String {
    var hash = ContentHash()
    hash.update(data)
    return hash.hexadecimal
  }

  /// Returns the SHA-256 of a string's UTF-8 bytes in hexadecimal.
  public static func hexadecimal(of string: String) -> String {
    var hash = ContentHash()
    hash.update(string)
    return hash.hexadecimal
  }

  /// Returns the SHA-256 of a file's contents in hexadecimal; it is read in pieces.
  ///
  /// - Throws: `FileFormatError.system` if the file cannot be read.
  public static func hexadecimal(ofFile path: String) throws -> String {
    var hash = ContentHash()
    let file = try RandomAccessFile(path)
    try file.forEachPiece(0..<file.byteCount) { hash.update($0) }
    return hash.hexadecimal
  }
}

/// Section 6.2.2: folds whole 64-byte blocks into the chaining value, by the processor's own instructions where it
/// has them (six times as fast).
func compress(_ blocks: UnsafeRawBufferPointer, into state: inout SIMD8<UInt32>) {
  guard let first = blocks.baseAddress, hasInstructions else {
    return compressPlainly(blocks, into: &state)
  }
  withUnsafeMutableBytes(of: &state) { state in
    roundConstants.withUnsafeBufferPointer { constants in
      guard let value = state.baseAddress, let table = constants.baseAddress else { return }
      platform_sha256(
        value.assumingMemoryBound(to: UInt32.self), first, UInt(blocks.count / 64), table)
    }
  }
}

private let hasInstructions = platform_has_sha256() != 0

/// The same in plain arithmetic. Letters are the standard's.
func compressPlainly(_ blocks: UnsafeRawBufferPointer, into state: inout SIMD8<UInt32>) {
  withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
    roundConstants.withUnsafeBufferPointer { k in
      for start in stride(from: 0, to: blocks.count, by: 64) {
        for t in 0..<16 {
          w[t] = UInt32(
            bigEndian: blocks.loadUnaligned(fromByteOffset: start &+ 4 &* t, as: UInt32.self))
        }
        for t in 16..<64 {
          let x = w[t &- 15]
          let y = w[t &- 2]
          let sigma0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >> 3)
          let sigma1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >> 10)
          w[t] = sigma1 &+ w[t &- 7] &+ sigma0 &+ w[t &- 16]
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for t in 0..<64 {
          let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
          let choice = (e & f) ^ (~e & g)
          let t1 = h &+ sum1 &+ choice &+ k[t] &+ w[t]
          let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
          let majority = (a & b) ^ (a & c) ^ (b & c)
          let t2 = sum0 &+ majority
          (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
        }
        state = state &+ SIMD8(a, b, c, d, e, f, g, h)
      }
    }
  }
}

@inline(__always)
private func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 {
  (x &>> n) | (x &<< (32 &- n))
}

/// Section 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64
/// primes.
private let roundConstants: [UInt32] = [
  0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
  0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
  0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
  0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
  0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
  0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
  0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
  0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
  0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
  0xc671_78f2,
]
