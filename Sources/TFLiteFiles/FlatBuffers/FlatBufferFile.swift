import FileFormats

/// The bytes of a FlatBuffer, from which tables and vectors are read with checks.
///
/// Many references may name one vector, so a small file can describe a huge one. What is taken out of it is
/// therefore counted, and limited by the file's size.
final class FlatBufferFile {
  let bytes: [UInt8]
  /// The file's path, as messages name it.
  let path: String
  /// How many more bytes may be taken out.
  private var allowance: Int

  init(_ bytes: [UInt8], path: String) {
    (self.bytes, self.path) = (bytes, path)
    allowance = 6 * bytes.count + 16 << 20
  }

  /// Returns the root table; the file must have the identifier at byte 4.
  func root(identifier: String, name: String) throws(FileFormatError) -> FlatTable {
    guard bytes.count >= 8 else {
      throw malformed("size", "\(bytes.count) bytes", "at least 8 bytes")
    }
    let found = bytes[4..<8]
    guard found.elementsEqual(identifier.utf8) else {
      let letters = String(decoding: found, as: UTF8.self)
      throw malformed("byte 4", Printable.quoted(letters), "the identifier '\(identifier)'")
    }
    return try FlatTable(at: Int(value(at: 0, as: UInt32.self)), in: self, name: name)
  }

  /// Returns a number whose bytes are known to be in the file.
  func value<Value: FixedWidthInteger>(at offset: Int, as type: Value.Type) -> Value {
    Value(
      littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) })
  }

  /// Counts bytes that are about to be taken out.
  func charge(_ count: Int, for name: String) throws(FileFormatError) {
    allowance -= count
    guard allowance >= 0 else {
      throw malformed(
        name, "parts that are used so often that they are many times the file's size",
        "a model whose parts stand for themselves")
    }
  }

  func malformed(_ location: String, _ found: String, _ expected: String) -> FileFormatError {
    .malformed(path: path, location: location, found: found, expected: expected)
  }
}

/// Text of a file as it may stand in a message.
enum Printable {
  /// Returns the text in quotes, its control characters replaced, at most `limit` characters of it.
  static func quoted(_ text: String, limit: Int = 60) -> String {
    let visible = text.unicodeScalars.prefix(limit).map { scalar in
      scalar.value < 32 || scalar.value == 127 ? "?" : Character(scalar)
    }
    return "'\(String(visible))\(text.unicodeScalars.count > limit ? "…" : "")'"
  }
}
