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
    let data = try path.hasSuffix(".gz") ? GzipFile.read(path) : SystemFile.readAll(path)
    return try parse(data, path: path)
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

  private static func parse(_ data: Data, path: String) throws -> NumericArray {
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
    let headerBytes = 4 + 4 * Int(magic & 0xFF)
    guard data.count >= headerBytes else {
      throw malformed(
        "dimensions at byte 4", "\(data.count) bytes in all",
        "\(headerBytes) bytes for the header alone")
    }
    let shape = stride(from: 4, to: headerBytes, by: 4).map { Int(data.bigEndianWord(at: $0)) }
    let elements = data.dropFirst(headerBytes)
    guard let expected = NumericArray.byteCount(shape: shape, elementType: type) else {
      throw malformed("dimensions at byte 4", "\(shape)", "a size that fits in memory")
    }
    guard elements.count == expected else {
      throw malformed(
        "elements at byte \(headerBytes)", "\(elements.count) bytes",
        "\(expected) bytes for \(type) of shape \(shape)")
    }
    return NumericArray(
      shape: shape, elementType: type,
      bytes: NumericArray.byteSwapped(elements, elementBytes: type.byteCount))
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
