import Foundation

/// NumPy's `.npy` format: a magic string, a version, a header that is a Python dictionary, the
/// elements.
///
/// Source: NumPy Enhancement Proposal 1 and `numpy.lib.format`, versions 1.0, 2.0 and 3.0.
public enum NPYFile {
  /// Reads a `.npy` file of numbers, in C or Fortran order and of either byte order. Booleans become `uint8`,
  /// half-precision numbers `float32`.
  ///
  /// - Throws: `FileFormatError`; texts, object, complex and structured types are refused by name, and so is a
  ///   file that is longer or shorter than its header says.
  public static func read(_ path: String) throws -> NumericArray {
    let file = try RandomAccessFile(path)
    return try open(file, 0..<file.byteCount, path: path).numbers(path: path).read()
  }

  /// Finds the array in a part of a file that holds what a `.npy` file does; `path` is for errors.
  ///
  /// - Throws: As `read(_:)`, but for texts.
  static func open(
    _ file: RandomAccessFile, _ part: Range<Int>, path: String
  ) throws -> StoredArray {
    func malformed(_ location: String, _ found: String, _ expected: String) -> FileFormatError {
      .malformed(path: path, location: location, found: found, expected: expected)
    }
    let preamble = try NPYPreamble(file.data(part.prefix(12)), path: path)
    guard preamble.headerBytes <= part.count - preamble.byteCount else {
      throw malformed(
        "header length at byte 8", "\(preamble.headerBytes)",
        "at most the \(max(0, part.count - preamble.byteCount)) bytes that follow")
    }
    let headerEnd = preamble.byteCount + preamble.headerBytes
    let text = String(
      decoding: try file.data(
        part.lowerBound + preamble.byteCount..<part.lowerBound + headerEnd), as: UTF8.self)
    let header = try NPYHeader(parsing: text, path: path)
    guard header.shape.count <= mostDimensions else {
      throw malformed(
        "header field 'shape'", "\(header.shape.count) sizes", "at most \(mostDimensions)")
    }
    let storage = NPYStorage(header.type)
    let textStorage = NPYTextStorage(header.type)
    guard let elementBytes = storage?.byteCount ?? textStorage?.byteCount else {
      throw malformed(
        "header field 'descr'",
        "'\(header.type)'" + (header.type.contains("O") ? " (Python objects)" : ""),
        NPYStorage.readable)
    }
    guard
      let expected = NumericArray.byteCount(shape: header.shape, elementBytes: elementBytes)
    else {
      throw malformed("header field 'shape'", "\(header.shape)", "a size that fits in memory")
    }
    guard part.count - headerEnd == expected else {
      throw malformed(
        "elements at byte \(headerEnd)", "\(part.count - headerEnd) bytes",
        "\(expected) bytes for '\(header.type)' of shape \(header.shape)")
    }
    let start = part.lowerBound + headerEnd
    guard let storage else {
      guard let textStorage, header.shape.count == 1 || !header.isFortranOrder else {
        throw malformed("header field 'fortran_order'", "True", "False for texts")
      }
      return .texts(
        textStorage.texts(try file.data(start..<start + expected)), shape: header.shape)
    }
    return .numbers(
      ArrayFile(
        file, path: path, offset: start, shape: header.shape, storage: storage,
        isFortranOrder: header.isFortranOrder))
  }

  /// NumPy has no arrays of more.
  private static let mostDimensions = 64

  /// Returns the size of a whole file as its beginning says; nil if it does not say so.
  static func byteCount(_ beginning: Data) -> Int? {
    guard let preamble = try? NPYPreamble(beginning, path: "") else { return nil }
    let end = preamble.byteCount + preamble.headerBytes
    guard end <= beginning.count else { return nil }
    let text = String(decoding: beginning[preamble.byteCount..<end], as: UTF8.self)
    guard let header = try? NPYHeader(parsing: text, path: ""),
      let elementBytes = NPYStorage(header.type)?.byteCount
        ?? NPYTextStorage(header.type)?.byteCount,
      let bytes = NumericArray.byteCount(shape: header.shape, elementBytes: elementBytes)
    else { return nil }
    return bytes.addingReportingOverflow(end).overflow ? nil : bytes + end
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
    precondition(
      shape.count <= mostDimensions, "NumPy has at most \(mostDimensions) dimensions, not \(shape)")
    var text = NPYHeader(shape: shape, type: NPYStorage(of: elementType).description).text
    // Padding makes the elements start at a multiple of 64 bytes.
    let unpadded = NPYPreamble.magic.count + 4 + text.utf8.count + 1
    text += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    var data = Data(NPYPreamble.magic + [1, 0])
    withUnsafeBytes(of: UInt16(text.utf8.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(contentsOf: text.utf8)
    return data
  }
}

/// What stands before the header of a `.npy` file.
private struct NPYPreamble {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Its own size: the header's length takes two bytes in version 1.0 and four later.
  let byteCount: Int
  let headerBytes: Int

  init(_ data: Data, path: String) throws {
    func malformed(_ location: String, _ found: String, _ expected: String) -> FileFormatError {
      .malformed(path: path, location: location, found: found, expected: expected)
    }
    guard data.starts(with: Self.magic) else {
      throw malformed(
        "magic number at byte 0", "\([UInt8](data.prefix(6)))",
        "\(Self.magic), the start of a NPY file")
    }
    guard data.count >= 10 else {
      throw malformed("version at byte 6", "\(data.count) bytes in all", "at least 10 bytes")
    }
    let version = (data[6], data[7])
    guard (1...3).contains(version.0), version.1 == 0 else {
      throw malformed("version at byte 6", "\(version.0).\(version.1)", "1.0, 2.0 or 3.0")
    }
    byteCount = version.0 == 1 ? 10 : 12
    var length = 0
    for (place, byte) in data.prefix(byteCount).dropFirst(8).enumerated() {
      length |= Int(byte) << (8 * place)
    }
    headerBytes = length
  }
}
