import Foundation

/// A large file of known size that is written at any place, and read meanwhile, before it takes its name.
///
/// Until `finish()` it is a hidden file in the same folder, which goes away with its builder: neither a crash nor a
/// full disk leaves half a file under the name.
public final class AtomicFileBuilder {
  public let path: String
  public let byteCount: Int
  private let temporary: String
  private let descriptor: Int32
  private var isFinished = false

  /// Begins a file of zeros.
  ///
  /// - Throws: `FileFormatError.system` with the path and the system's reason.
  public init(_ path: String, byteCount: Int) throws {
    (self.path, self.byteCount) = (path, byteCount)
    (temporary, descriptor) = try PartialFile.create(for: path, O_RDWR)
    guard ftruncate(descriptor, off_t(byteCount)) == 0 else {
      throw FileFormatError.system(path: path, operation: "write", code: errno)
    }
  }

  deinit {
    close(descriptor)
    if !isFinished { unlink(temporary) }
  }

  /// Writes bytes at a place.
  ///
  /// - Throws: `FileFormatError.system`, if the disk is full for example.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    precondition(offset >= 0 && bytes.count <= byteCount - offset, "beyond the file's end")
    var written = 0
    while written < bytes.count {
      let count = pwrite(
        descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written,
        off_t(offset + written))
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        throw FileFormatError.system(path: path, operation: "write", code: errno)
      }
    }
  }

  /// Calls `body` with one piece after the other of what has been written.
  ///
  /// - Parameter pieceBytes: The size of each piece but the last.
  /// - Throws: `FileFormatError.system`, and what `body` throws.
  public func forEachPiece(
    _ range: Range<Int>, pieceBytes: Int, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let file = try RandomAccessFile(temporary)
    try file.forEachPiece(range, pieceBytes: pieceBytes, body)
  }

  /// Waits until the bytes are on the disk, and gives the file its name.
  ///
  /// - Throws: `FileFormatError.system`.
  public func finish() throws {
    try SystemFile.synchronize(descriptor, path: path)
    guard rename(temporary, path) == 0 else {
      throw FileFormatError.system(path: path, operation: "write", code: errno)
    }
    isFinished = true
    try SystemFile.synchronizeFolder(of: path)
  }
}
