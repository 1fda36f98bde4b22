import Foundation

/// NumPy's `.npy` format: a magic string, a version, a header that is a Python dictionary, the
/// elements.
///
/// Source: NumPy Enhancement Proposal 1 and `numpy.lib.format`, versions 1.0, 2.0 and 3.0.
public enum NPYFile {
  /// Reads a `.npy` file, in C or Fortran order and of either byte order. Booleans become `uint8`, half-precision
  /// numbers `float32`.
  ///
  /// - Throws: `FileFormatError`; object, complex and structured types are refused by name, and so is a file
  ///   that is longer or shorter than its header says.
  public static func read(_ path: String) throws -> NumericArray {
    try parse(SystemFile.readAll(path), path: path)
  }

  /// Reads the contents of a `.npy` file; `path` is for errors.
  static func parse(_ data: Data, path: String) throws -> NumericArray {
    // Slices of an archive do not start at 0.
    let data = data.startIndex == 0 ? data : Data(data)
    let (text, headerEnd) = try headerText(of: data, path: path)
    let header = try NPYHeader(parsing: text, path: path)
    let elements = data.dropFirst(headerEnd)
    guard
      let expected = NumericArray.byteCount(
        shape: header.shape, elementBytes: header.storage.byteCount)
    else {
      throw FileFormatError.malformed(
        path: path, location: "header field 'shape'", found: "\(header.shape)",
        expected: "a size that fits in memory")
    }
    guard elements.count == expected else {
      throw FileFormatError.malformed(
        path: path, location: "elements at byte \(headerEnd)", found: "\(elements.count) bytes",
        expected: "\(expected) bytes for '\(header.storage.description)' of shape \(header.shape)")
    }
    return header.storage.array(
      elements, shape: header.shape, isFortranOrder: header.isFortranOrder)
  }

  /// Writes a `.npy` file, version 1.0, atomically.
  ///
  /// - Precondition: There are at most 64 dimensions, as in NumPy.
  /// - Throws: `FileFormatError.system` if the file cannot be written.
  public static func write(_ array: NumericArray, to path: String) throws {
    try AtomicFile.write(
      header(shape: array.shape, elementType: array.elementType) + array.bytes, to: path)
  }

  /// Returns what stands before the elements, version 1.0.
  ///
  /// - Precondition: There are at most 64 dimensions, as in NumPy.
  static func header(shape: [Int], elementType: NumericArray.ElementType) -> Data {
    precondition(shape.count <= 64, "NumPy has at most 64 dimensions, not \(shape)")
    var text = NPYHeader(shape: shape, storage: NPYStorage(of: elementType)).text
    // Padding makes the elements start at a multiple of 64 bytes.
    let unpadded = magic.count + 4 + text.utf8.count + 1
    text += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    var data = Data(magic + [1, 0])
    withUnsafeBytes(of: UInt16(text.utf8.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(contentsOf: text.utf8)
    return data
  }

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Returns the header's text and where it ends.
  private static func headerText(of data: Data, path: String) throws -> (String, end: Int) {
    func malformed(_ location: String, _ found: String, _ expected: String) -> FileFormatError {
      .malformed(path: path, location: location, found: found, expected: expected)
    }
    guard data.starts(with: magic) else {
      throw malformed(
        "magic number at byte 0", "\([UInt8](data.prefix(6)))", "\(magic), the start of a NPY file")
    }
    guard data.count >= 10 else {
      throw malformed("version at byte 6", "\(data.count) bytes in all", "at least 10 bytes")
    }
    let version = (data[6], data[7])
    guard (1...3).contains(version.0), version.1 == 0 else {
      throw malformed("version at byte 6", "\(version.0).\(version.1)", "1.0, 2.0 or 3.0")
    }
    // The length takes two bytes in version 1.0 and four later.
    let start = version.0 == 1 ? 10 : 12
    var length = 0
    for (place, byte) in data.prefix(start).dropFirst(8).enumerated() {
      length |= Int(byte) << (8 * place)
    }
    guard data.count >= start + length else {
      throw malformed(
        "header length at byte 8", "\(length)",
        "at most the \(max(0, data.count - start)) bytes that follow")
    }
    return (
      String(decoding: data.dropFirst(start).prefix(length), as: UTF8.self), end: start + length
    )
  }
}
