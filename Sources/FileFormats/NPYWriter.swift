import Foundation

/// Writes a `.npy` file piece by piece, so that it need not fit into memory.
///
/// The file has its name only once it is whole: until `finish()` it is a hidden file in the same folder, which
/// goes away with the writer.
public final class NPYWriter {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private let expectedBytes: Int
  private var writtenBytes = 0
  private var isFinished = false

  /// Begins a file.
  ///
  /// - Throws: `FileFormatError.system` if it cannot be made.
  public init(_ path: String, shape: [Int], elementType: NumericArray.ElementType) throws {
    guard let bytes = NumericArray.byteCount(shape: shape, elementType: elementType) else {
      preconditionFailure("an array of shape \(shape) fits nowhere")
    }
    self.path = path
    expectedBytes = bytes
    (temporary, descriptor) = try PartialFile.create(for: path, O_WRONLY)
    let header = NPYFile.header(shape: shape, elementType: elementType)
    try header.withUnsafeBytes { try SystemFile.writeAll($0, to: descriptor, path: path) }
  }

  deinit {
    close(descriptor)
    if !isFinished { unlink(temporary) }
  }

  /// Appends elements, little-endian and in C order.
  ///
  /// - Throws: `FileFormatError.system`, if the disk is full for example.
  public func append(_ elements: Data) throws {
    writtenBytes += elements.count
    precondition(writtenBytes <= expectedBytes, "more elements than the shape has")
    try elements.withUnsafeBytes { try SystemFile.writeAll($0, to: descriptor, path: path) }
  }

  /// Gives the file its name.
  ///
  /// - Precondition: All elements have been appended.
  public func finish() throws {
    precondition(writtenBytes == expectedBytes, "fewer elements than the shape has")
    try SystemFile.synchronize(descriptor, path: path)
    guard rename(temporary, path) == 0 else {
      throw FileFormatError.system(path: path, operation: "write", code: errno)
    }
    isFinished = true
    try SystemFile.synchronizeFolder(of: path)
  }
}
