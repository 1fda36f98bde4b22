/// The cyclic redundancy check of PNG and zip files, fed piece by piece.
///
/// Source: ISO 3309; the table is that of RFC 1952, section 8, and seven more behind it say what a byte does that
/// comes one to seven bytes earlier, so that eight are taken at once.
struct CRC32 {
  /// `[8, 256]`
  private static let table: [UInt32] = {
    var table = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
      table[byte] = value
    }
    for place in 256..<table.count {
      let last = table[place - 256]
      table[place] = table[Int(last & 255)] ^ (last >> 8)
    }
    return table
  }()

  private var remainder = ~UInt32(0)

  /// The check of everything so far.
  var value: UInt32 { ~remainder }

  /// Appends bytes to what is checked.
  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var remainder = remainder
    CRC32.table.withUnsafeBufferPointer { table in
      let whole = bytes.count / 8 * 8
      for start in stride(from: 0, to: whole, by: 8) {
        let eight = bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)
        let mixed = UInt64(littleEndian: eight) ^ UInt64(remainder)
        remainder = 0
        for place in 0..<8 {
          let byte = Int(truncatingIfNeeded: mixed >> UInt64(8 * place)) & 255
          remainder ^= table[256 * (7 - place) + byte]
        }
      }
      for byte in bytes[whole...] {
        remainder = table[Int((remainder ^ UInt32(byte)) & 255)] ^ remainder >> 8
      }
    }
    self.remainder = remainder
  }

  /// Returns the check of some bytes.
  static func value(of bytes: some Sequence<UInt8>) -> UInt32 {
    var check = CRC32()
    Array(bytes).withUnsafeBytes { check.update($0) }
    return check.value
  }
}
