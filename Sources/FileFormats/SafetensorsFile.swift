import Foundation

/// Named arrays with text metadata, in the safetensors format.
///
///     8 bytes   length of the header, unsigned, little-endian
///     header    JSON, padded with spaces:
///               {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}
///     the rest  the elements, little-endian and in C order, without gaps
///
/// Source: the format section of github.com/huggingface/safetensors.
public struct SafetensorsFile: Hashable, Sendable {
  /// The arrays by name.
  public var tensors: [String: NumericArray]
  /// Free text about the file, by key.
  public var metadata: [String: String]

  /// Creates the contents of a file.
  public init(tensors: [String: NumericArray], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Reads a file and checks its header against its size.
  ///
  /// - Throws: `FileFormatError`, naming the tensor: a range outside the file, ranges that overlap
  ///   or leave gaps, a size that does not match the shape, or a type that is not in
  ///   `NumericArray.ElementType`.
  public static func read(_ path: String) throws -> SafetensorsFile {
    let data = try SystemFile.readAll(path)
    let (headerBytes, headerEnd) = try splitHeader(of: data, path: path)
    let header = try SafetensorsHeader(parsing: headerBytes, path: path)
    try header.validate(bufferBytes: data.count - headerEnd, path: path)
    var tensors: [String: NumericArray] = [:]
    for entry in header.entries {
      tensors[entry.name] = NumericArray(
        shape: entry.shape, elementType: entry.elementType,
        bytes: data[headerEnd + entry.offsets.lowerBound..<headerEnd + entry.offsets.upperBound])
    }
    return SafetensorsFile(tensors: tensors, metadata: header.metadata)
  }

  /// Writes the file atomically; equal contents give equal bytes.
  ///
  /// Arrays of large elements come first, and those of one size in the order of their names, so
  /// that every array is aligned to its element size.
  ///
  /// - Precondition: No tensor is called `__metadata__`.
  /// - Throws: `FileFormatError.system` if the file cannot be written.
  public func write(to path: String) throws {
    precondition(
      tensors[SafetensorsHeader.metadataKey] == nil, "__metadata__ cannot name a tensor")
    let ordered = tensors.sorted {
      ($1.value.elementType.byteCount, $0.key) < ($0.value.elementType.byteCount, $1.key)
    }
    var entries: [SafetensorsHeader.Entry] = []
    var offset = 0
    for (name, array) in ordered {
      let end = offset + array.bytes.count
      entries.append(
        .init(
          name: name, elementType: array.elementType, shape: array.shape, offsets: offset..<end))
      offset = end
    }
    var header = Data(SafetensorsHeader(entries: entries, metadata: metadata).json.utf8)
    header.append(Data(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
    var data = Data(capacity: 8 + header.count + offset)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(header)
    for (_, array) in ordered { data.append(array.bytes) }
    try AtomicFile.write(data, to: path)
  }

  /// The largest header that the format's own library reads.
  private static let mostHeaderBytes = 100_000_000

  /// Returns the header's bytes and where they end.
  private static func splitHeader(of data: Data, path: String) throws -> (Data, end: Int) {
    func malformed(_ found: String, _ expected: String) -> FileFormatError {
      .malformed(
        path: path, location: "header length at byte 0", found: found, expected: expected)
    }
    guard data.count >= 8 else { throw malformed("\(data.count) bytes", "at least 8 bytes") }
    let length = data.withUnsafeBytes {
      UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))
    }
    guard length <= UInt64(data.count - 8) else {
      throw malformed("\(length)", "at most the \(data.count - 8) bytes that follow")
    }
    guard length <= mostHeaderBytes else {
      throw malformed("\(length)", "at most \(mostHeaderBytes) bytes, as the format has it")
    }
    let end = 8 + Int(length)
    return (data[8..<end], end: end)
  }
}
