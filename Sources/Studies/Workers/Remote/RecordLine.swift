import FileFormats
import Foundation

// The file protocol between a run and workers that share a folder with it, and nothing else.
//
// Every file has one writer, who only appends, and each line is a record: sixteen hexadecimal digits of the
// SHA-256 of what follows, a blank, JSON. A network file system may show another machine a file late, in part,
// or with zeros where bytes are still on their way; such a line is not a record, and not believed.

/// A record as a line of a file.
enum RecordLine {
  private static let digits = 16

  /// Returns a value as a line without its newline.
  static func line(_ value: some Encodable) throws -> String {
    let json = try JSONLines.line(value)
    return "\(ContentHash.hexadecimal(of: json).prefix(digits)) \(json)"
  }

  /// Returns what a line without its newline says; nil if it is not a whole record.
  static func value<Value: Decodable>(_ line: Data, as type: Value.Type) -> Value? {
    guard line.count > digits + 1, line[line.startIndex + digits] == UInt8(ascii: " ") else {
      return nil
    }
    let json = Data(line[(line.startIndex + digits + 1)...])
    guard
      String(decoding: line.prefix(digits), as: UTF8.self)
        == ContentHash.hexadecimal(of: json).prefix(digits)
    else { return nil }
    return try? JSONDecoder().decode(type, from: json)
  }
}

/// Appends records to a file of one's own.
final class RecordWriter: Sendable {
  private let file: AppendOnlyFile

  /// Opens a file, and makes it if it is not there. What a killed writer has left of a line is ended.
  ///
  /// - Throws: `FileFormatError.system`.
  init(_ path: String) throws {
    file = try AppendOnlyFile(path)
    // Readers skip an empty line.
    if !RecordWriter.endsWithLine(path) { try file.append(line: "") }
  }

  /// Appends a record, and waits until it is on the disk.
  ///
  /// - Throws: `FileFormatError.system`.
  func append(_ value: some Encodable) throws {
    try file.append(line: RecordLine.line(value))
  }

  private static func endsWithLine(_ path: String) -> Bool {
    guard let handle = FileHandle(forReadingAtPath: path) else { return true }
    defer { try? handle.close() }
    guard let end = try? handle.seekToEnd(), end > 0 else { return true }
    guard (try? handle.seek(toOffset: end - 1)) != nil else { return true }
    return (try? handle.read(upToCount: 1)) == Data([UInt8(ascii: "\n")])
  }
}
