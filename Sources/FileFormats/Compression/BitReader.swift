/// Reads a DEFLATE stream bit by bit, the lowest bit of each byte first.
struct BitReader {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  private var buffer: UInt64 = 0
  private var bufferedBits = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The bytes of which at least one bit has been read.
  var consumedBytes: Int { position - bufferedBits / 8 }

  private mutating func refill() {
    while bufferedBits <= 56, position < bytes.count {
      buffer |= UInt64(bytes[position]) << UInt64(bufferedBits)
      position += 1
      bufferedBits += 8
    }
  }

  /// Returns the next `count` bits, at most 16, as a number.
  mutating func bits(_ count: Int) throws(Inflater.Failure) -> Int {
    if bufferedBits < count {
      refill()
      guard bufferedBits >= count else { throw .cutShort }
    }
    let value = Int(buffer & ((1 << UInt64(count)) - 1))
    drop(count)
    return value
  }

  /// Returns the next bits without taking them, zeros behind the end of the stream.
  mutating func peek(_ count: Int) -> Int {
    if bufferedBits < count { refill() }
    return Int(buffer & ((1 << UInt64(count)) - 1))
  }

  /// Takes bits that have been looked at.
  mutating func take(_ count: Int) throws(Inflater.Failure) {
    guard bufferedBits >= count else { throw .cutShort }
    drop(count)
  }

  /// Drops what is left of the byte that was begun.
  mutating func skipToByte() { drop(bufferedBits % 8) }

  private mutating func drop(_ count: Int) {
    buffer >>= UInt64(count)
    bufferedBits -= count
  }
}
