import Foundation

/// A whole file as read-only memory, shared between all processes that map it.
///
/// The file must not be shortened while it is mapped; files replaced by `AtomicFile` are safe.
public final class MappedFile: @unchecked Sendable {  // The memory is never written.
  /// The file's path, as given.
  public let path: String
  /// The file's contents, starting at a page boundary.
  ///
  /// Valid only while this object lives: keep it in a property, or use `withUnsafeBytes`.
  public let bytes: UnsafeRawBufferPointer

  /// Maps a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - expectedBytes: The size that the file must have, if known.
  /// - Throws: `FileFormatError.system`, or `.malformed` if the size is not `expectedBytes`.
  public init(_ path: String, expectedBytes: Int? = nil) throws {
    let descriptor = try SystemFile.openDescriptor(path, O_RDONLY | O_NONBLOCK, purpose: "read")
    defer { close(descriptor) }
    try SystemFile.checkRegular(descriptor, path: path, allowsDevices: true)
    let size = try SystemFile.byteCount(of: descriptor, path: path)
    if let expectedBytes, expectedBytes != size {
      throw FileFormatError.malformed(
        path: path, location: "size", found: "\(size) bytes", expected: "\(expectedBytes) bytes")
    }
    self.path = path
    // mmap refuses to map nothing.
    if size == 0 {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let address = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0)
    guard let address, address != MAP_FAILED else {
      throw FileFormatError.system(path: path, operation: "map", code: errno)
    }
    bytes = UnsafeRawBufferPointer(start: address, count: size)
  }

  /// Lets the system take back the memory that holds what has been read; it is read again when it is needed.
  func release() {
    if let address = bytes.baseAddress {
      madvise(UnsafeMutableRawPointer(mutating: address), bytes.count, MADV_DONTNEED)
    }
  }

  deinit {
    if let address = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
    }
  }
}

extension MappedFile: ContiguousBytes {
  /// Calls `body` with the file's contents and keeps them mapped meanwhile.
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(self) { try body(bytes) }
  }
}
