import Foundation

/// A file that is read at any place, by several threads at once, without being held in memory.
final class RandomAccessFile: Sendable {
  /// What errors call the file.
  let path: String
  /// The file's size when it was opened.
  let byteCount: Int
  private let descriptor: Int32

  /// Opens a file.
  ///
  /// - Throws: `FileFormatError.system`; `.malformed` for what is no file, such as a folder or a pipe, which might
  ///   never answer.
  init(_ path: String) throws {
    descriptor = try SystemFile.openDescriptor(path, O_RDONLY | O_NONBLOCK, purpose: "read")
    self.path = path
    do {
      try SystemFile.checkRegular(descriptor, path: path)
      byteCount = try SystemFile.byteCount(of: descriptor, path: path)
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Takes over what has been written to a scratch file; errors call it `path`.
  init(_ scratch: consuming ScratchFile, path: String) throws {
    (self.path, byteCount) = (path, scratch.byteCount)
    descriptor = try scratch.handOver()
  }

  deinit { close(descriptor) }

  /// Fills a buffer with the bytes that begin at `offset`.
  ///
  /// - Throws: `FileFormatError.system`; `.malformed` if the file ends before the buffer is full.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    var filled = 0
    while filled < buffer.count {
      let got = pread(
        descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled,
        off_t(offset + filled))
      if got > 0 {
        filled += got
      } else if got == 0 {
        throw FileFormatError.malformed(
          path: path, location: "size", found: "\(offset + filled) bytes",
          expected: "at least \(offset + buffer.count); has it been shortened?")
      } else if errno != EINTR {
        throw FileFormatError.system(path: path, operation: "read", code: errno)
      }
    }
  }

  /// Returns a range of bytes.
  ///
  /// - Throws: As `read(into:at:)`.
  func data(_ range: Range<Int>) throws -> Data {
    var data = Data(count: range.count)
    try data.withUnsafeMutableBytes { try read(into: $0, at: range.lowerBound) }
    return data
  }

  /// Calls `body` with one piece of a range after the other.
  ///
  /// - Parameter pieceBytes: The size of each piece but the last.
  /// - Throws: As `read(into:at:)`, and what `body` throws.
  func forEachPiece(
    _ range: Range<Int>, pieceBytes: Int = 1 << 20,
    _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let pieceBytes = max(1, min(pieceBytes, range.count))
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 64)
    defer { buffer.deallocate() }
    for start in stride(from: range.lowerBound, to: range.upperBound, by: pieceBytes) {
      let piece = UnsafeMutableRawBufferPointer(
        rebasing: buffer.prefix(min(pieceBytes, range.upperBound - start)))
      try read(into: piece, at: start)
      try body(UnsafeRawBufferPointer(piece))
    }
  }
}
