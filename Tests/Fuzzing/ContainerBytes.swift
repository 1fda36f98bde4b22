// The containers that the project reads and does not write, as plainly as their formats allow, for seeds of inputs.

/// The check of PNG, gzip and zip, one bit after the other.
func plainCRC32(_ bytes: some Sequence<UInt8>) -> UInt32 {
  var remainder = ~UInt32(0)
  for byte in bytes {
    remainder ^= UInt32(byte)
    for _ in 0..<8 {
      remainder = remainder & 1 == 1 ? 0xEDB8_8320 ^ (remainder >> 1) : remainder >> 1
    }
  }
  return ~remainder
}

extension FixedWidthInteger {
  var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
  var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}

/// DEFLATE streams of one stored block.
enum DeflateBytes {
  static func stored(_ bytes: [UInt8]) -> [UInt8] {
    let length = UInt16(bytes.count)
    return [1] + length.littleEndianBytes + (~length).littleEndianBytes + bytes
  }

  /// As PNG files hold them.
  static func zlib(_ bytes: [UInt8]) -> [UInt8] {
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      a = (a + UInt32(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return [0x78, 0x01] + stored(bytes) + (b << 16 | a).bigEndianBytes
  }
}

enum GzipBytes {
  static func stored(_ bytes: [UInt8]) -> [UInt8] {
    [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + DeflateBytes.stored(bytes)
      + plainCRC32(bytes).littleEndianBytes + UInt32(bytes.count).littleEndianBytes
  }
}

enum ZipBytes {
  static func archive(
    _ members: [(name: String, bytes: [UInt8])], isDeflated: Bool = false
  ) -> [UInt8] {
    var (contents, directory): ([UInt8], [UInt8]) = ([], [])
    for (name, bytes) in members {
      let stored = isDeflated ? DeflateBytes.stored(bytes) : bytes
      let name = Array(name.utf8)
      let method = UInt16(isDeflated ? 8 : 0)
      let common =
        UInt16(20).littleEndianBytes + UInt16(0).littleEndianBytes + method.littleEndianBytes
        + UInt32(0).littleEndianBytes + plainCRC32(bytes).littleEndianBytes
        + UInt32(stored.count).littleEndianBytes + UInt32(bytes.count).littleEndianBytes
        + UInt16(name.count).littleEndianBytes + UInt16(0).littleEndianBytes
      let offset = UInt32(contents.count)
      contents += [0x50, 0x4B, 3, 4] + common + name + stored
      directory +=
        [0x50, 0x4B, 1, 2, 20, 0] + common + [UInt8](repeating: 0, count: 10)
        + offset.littleEndianBytes + name
    }
    let count = UInt16(members.count)
    return contents + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count.littleEndianBytes
      + count.littleEndianBytes + UInt32(directory.count).littleEndianBytes
      + UInt32(contents.count).littleEndianBytes + [0, 0]
  }
}

enum PNGBytes {
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  static func image(
    width: UInt32, height: UInt32, depth: UInt8, kind: UInt8, isInterlaced: Bool = false,
    rows: [UInt8], chunks: [(String, [UInt8])] = []
  ) -> [UInt8] {
    let header =
      width.bigEndianBytes + height.bigEndianBytes + [depth, kind, 0, 0, isInterlaced ? 1 : 0]
    return signature + chunk("IHDR", header)
      + chunks.flatMap { chunk($0.0, $0.1) } + chunk("IDAT", DeflateBytes.zlib(rows))
      + chunk("IEND", [])
  }

  private static func chunk(_ name: String, _ contents: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + contents
    return UInt32(contents.count).bigEndianBytes + body + plainCRC32(body).bigEndianBytes
  }

  /// Makes the checks of all chunks right, as far as there are chunks.
  @Sendable static func repaired(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    var place = signature.count
    while place + 12 <= bytes.count {
      let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - place - 12 else { break }
      let end = place + 8 + length
      bytes.replaceSubrange(end..<end + 4, with: plainCRC32(bytes[place + 4..<end]).bigEndianBytes)
      place = end + 4
    }
    return bytes
  }
}
