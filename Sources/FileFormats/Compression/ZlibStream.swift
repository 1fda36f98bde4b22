/// A DEFLATE stream between a header and a checksum, as PNG files hold it.
///
/// Source: RFC 1950.
enum ZlibStream {
  /// Decompresses a stream.
  ///
  /// - Parameter limit: The most bytes that may come out.
  /// - Throws: `Inflater.Failure`, also for a wrong header or checksum.
  static func decompress(
    _ bytes: UnsafeRawBufferPointer, limit: Int
  ) throws(Inflater.Failure) -> [UInt8] {
    guard bytes.count >= 6 else { throw .cutShort }
    let (method, flags) = (Int(bytes[0]), Int(bytes[1]))
    guard method & 15 == 8, (256 * method + flags) % 31 == 0 else {
      throw .invalid("no zlib header")
    }
    guard flags & 32 == 0 else { throw .invalid("a preset dictionary") }
    let (output, consumed) = try Inflater.inflate(
      UnsafeRawBufferPointer(rebasing: bytes[2...]), limit: limit)
    let end = 2 + consumed
    guard bytes.count >= end + 4 else { throw .cutShort }
    let stored = bytes[end..<end + 4].reduce(0) { $0 << 8 | UInt32($1) }
    guard adler32(output) == stored else { throw .invalid("another checksum than the stream's") }
    return output
  }

  /// The checksum of RFC 1950, section 9.
  static func adler32(_ bytes: [UInt8]) -> UInt32 {
    var (a, b): (UInt32, UInt32) = (1, 0)
    var rest = bytes[...]
    while !rest.isEmpty {
      // So many sums fit into 32 bits before they must be reduced.
      for byte in rest.prefix(5552) {
        a &+= UInt32(byte)
        b &+= a
      }
      (a, b) = (a % 65_521, b % 65_521)
      rest = rest.dropFirst(5552)
    }
    return b << 16 | a
  }
}
