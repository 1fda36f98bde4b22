/// Bytes that come one by one or as copies of earlier ones, up to a limit: kept, or handed on as they come.
final class GrowingBytes {
  /// Takes the bytes that are not needed any more; false if it cannot.
  typealias Sink = (UnsafeRawBufferPointer) -> Bool

  private var bytes: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// The bytes that are here; with a sink the last ones.
  private var held = 0
  private var handedOn = 0
  private let limit: Int
  private let sink: Sink?

  /// How far back copies reach (RFC 1951).
  private static let window = 1 << 15

  init(expecting expected: Int, limit: Int, sink: Sink? = nil) {
    (self.limit, self.sink) = (limit, sink)
    capacity = sink == nil ? max(1, min(expected, limit)) : 1 << 20
    bytes = .allocate(capacity: capacity)
  }

  deinit { bytes.deallocate() }

  /// The bytes so far, the ones that were handed on among them.
  var count: Int { handedOn + held }

  /// The bytes that are here.
  var array: [UInt8] { Array(UnsafeBufferPointer(start: bytes, count: held)) }

  /// Makes room for some more bytes, at most 65,536; false if they are beyond the limit, or the sink fails.
  func reserve(_ more: Int) -> Bool {
    guard more <= limit - count else { return false }
    guard held + more > capacity else { return true }
    if sink != nil { return handOn(keeping: GrowingBytes.window) }
    let larger = min(limit, max(held + more, 2 * capacity))
    let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    moved.update(from: bytes, count: held)
    bytes.deallocate()
    (bytes, capacity) = (moved, larger)
    return true
  }

  /// Hands all bytes on but the last few.
  func handOn(keeping kept: Int = 0) -> Bool {
    guard let sink, held > kept else { return true }
    let going = held - kept
    guard sink(UnsafeRawBufferPointer(start: bytes, count: going)) else { return false }
    bytes.update(from: bytes + going, count: kept)
    (held, handedOn) = (kept, handedOn + going)
    return true
  }

  /// Appends a byte for which there is room.
  func append(_ byte: UInt8) {
    bytes[held] = byte
    held += 1
  }

  /// Appends the bytes from `distance` back, for which there is room. They may be what this copy itself has
  /// just written.
  func repeatBytes(from distance: Int, count length: Int) {
    let start = bytes + held
    for index in 0..<length { start[index] = start[index - distance] }
    held += length
  }
}
