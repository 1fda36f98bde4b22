/// Bytes that come one by one or as copies of earlier ones, up to a limit.
final class GrowingBytes {
  private var bytes: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0
  private let limit: Int

  init(expecting expected: Int, limit: Int) {
    self.limit = limit
    capacity = max(1, min(expected, limit))
    bytes = .allocate(capacity: capacity)
  }

  deinit { bytes.deallocate() }

  /// The bytes so far.
  var array: [UInt8] { Array(UnsafeBufferPointer(start: bytes, count: count)) }

  /// Makes room for some more bytes; false if they are beyond the limit.
  func reserve(_ more: Int) -> Bool {
    guard more <= limit - count else { return false }
    if count + more > capacity {
      let larger = min(limit, max(count + more, 2 * capacity))
      let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
      moved.update(from: bytes, count: count)
      bytes.deallocate()
      (bytes, capacity) = (moved, larger)
    }
    return true
  }

  /// Appends a byte for which there is room.
  func append(_ byte: UInt8) {
    bytes[count] = byte
    count += 1
  }

  /// Appends the bytes from `distance` back, for which there is room. They may be what this copy itself has
  /// just written.
  func repeatBytes(from distance: Int, count length: Int) {
    let start = bytes + count
    for index in 0..<length { start[index] = start[index - distance] }
    count += length
  }
}
