import Foundation

/// The IDX format of the MNIST files: a magic number, big-endian dimensions, big-endian elements.
///
///     bytes 0–1   zero
///     byte  2     element type: 0x08 uint8, 0x09 int8, 0x0B int16, 0x0C int32, 0x0D float32,
///                 0x0E float64
///     byte  3     number of dimensions, D
///     4 · D bytes the dimensions, unsigned 32-bit
///     the rest    the elements in C order
///
/// Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits", file format
/// section.
public enum IDXFile {
  /// Reads an IDX file, through `gzip` if its name ends in `.gz`.
  ///
  /// - Throws: `FileFormatError`; a file that is longer or shorter than its dimensions say is
  ///   refused.
  public static func read(_ path: String) throws -> NumericArray {
    let file =
      try path.hasSuffix(".gz")
      ? GzipFile.expanded(path, scratchFolder: NSTemporaryDirectory(), limit: byteCount)
      : RandomAccessFile(path)
    return try open(file, path: path).read()
  }

  /// Finds the array in a file; `path` is for errors.
  ///
  /// - Throws: As `read(_:)`.
  static func open(_ file: RandomAccessFile, path: String) throws -> ArrayFile {
    let header = try Header(file.data(0..<min(file.byteCount, Header.mostBytes)), path: path)
    guard file.byteCount == header.fileBytes else {
      throw FileFormatError.malformed(
        path: path, location: "elements at byte \(header.byteCount)",
        found: "\(file.byteCount - header.byteCount) bytes",
        expected: "\(header.fileBytes - header.byteCount) bytes for \(header.type) of shape "
          + "\(header.shape)")
    }
    return ArrayFile(
      file, path: path, offset: header.byteCount, shape: header.shape,
      storage: NPYStorage(of: header.type, isBigEndian: true))
  }

  /// Returns the size of a whole file as its beginning says; nil if it does not say so.
  static func byteCount(_ beginning: Data) -> Int? {
    try? Header(beginning, path: "").fileBytes
  }

  /// Writes an IDX file, uncompressed and atomically.
  ///
  /// - Precondition: The element type is one that IDX has, and there are at most 255 dimensions.
  /// - Throws: `FileFormatError.system` if the file cannot be written.
  public static func write(_ array: NumericArray, to path: String) throws {
    guard let code = typeCodes.first(where: { $0.type == array.elementType })?.code else {
      preconditionFailure("IDX has no element type \(array.elementType)")
    }
    precondition(array.shape.count <= 255, "IDX has at most 255 dimensions, not \(array.shape)")
    var data = Data([0, 0, code, UInt8(array.shape.count)])
    for size in array.shape {
      withUnsafeBytes(of: UInt32(size).bigEndian) { data.append(contentsOf: $0) }
    }
    data.append(
      NumericArray.byteSwapped(array.bytes, elementBytes: array.elementType.byteCount))
    try AtomicFile.write(data, to: path)
  }

  private static let typeCodes: [(code: UInt8, type: NumericArray.ElementType)] = [
    (0x08, .uint8), (0x09, .int8), (0x0B, .int16), (0x0C, .int32), (0x0D, .float32),
    (0x0E, .float64),
  ]

  /// What stands before the elements.
  private struct Header {
    static let mostBytes = 4 + 4 * 255

    let type: NumericArray.ElementType
    let shape: [Int]
    let byteCount: Int
    /// The size of the whole file.
    let fileBytes: Int

    init(_ data: Data, path: String) throws {
      func malformed(_ location: String, _ found: String, _ expected: String) -> FileFormatError {
        .malformed(path: path, location: location, found: found, expected: expected)
      }
      guard data.count >= 4 else {
        throw malformed("magic number at byte 0", "\(data.count) bytes", "at least 4 bytes")
      }
      let magic = data.bigEndianWord(at: 0)
      let code = UInt8(truncatingIfNeeded: magic >> 8)
      guard magic >> 16 == 0, let type = typeCodes.first(where: { $0.code == code })?.type else {
        throw malformed(
          "magic number at byte 0", "0x" + String(magic, radix: 16),
          "an IDX file: 0, 0, an element type (8, 9, b, c, d or e), the number of dimensions")
      }
      byteCount = 4 + 4 * Int(magic & 0xFF)
      guard data.count >= byteCount else {
        throw malformed(
          "dimensions at byte 4", "\(data.count) bytes in all",
          "\(byteCount) bytes for the header alone")
      }
      shape = stride(from: 4, to: byteCount, by: 4).map { Int(data.bigEndianWord(at: $0)) }
      guard let bytes = NumericArray.byteCount(shape: shape, elementType: type),
        case let (total, overflow) = bytes.addingReportingOverflow(byteCount), !overflow
      else {
        throw malformed("dimensions at byte 4", "\(shape)", "a size that fits in memory")
      }
      (self.type, fileBytes) = (type, total)
    }
  }
}

extension Data {
  /// The big-endian 32-bit word `offset` bytes after the start.
  fileprivate func bigEndianWord(at offset: Int) -> UInt32 {
    withUnsafeBytes {
      UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
  }
}
