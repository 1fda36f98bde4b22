import Foundation

/// Files of JSON objects, one a line, that are only ever appended to.
///
/// A process that is killed while it writes leaves half a line at the end, which is not one of the lines.
public enum JSONLines {
  /// A line that is whole and is not what was expected.
  public struct Damage: Error, Hashable, Sendable {
    /// Counted from 1.
    public let line: Int
    /// In a few words.
    public let reason: String

    public init(line: Int, reason: String) { (self.line, self.reason) = (line, reason) }
  }

  /// Reads a file line by line; one that does not exist has no lines.
  ///
  /// - Parameter take: Called with each line and its number; may throw to refuse it.
  /// - Returns: The bytes of the whole lines: where the next one begins.
  /// - Throws: `Damage` where a line cannot be decoded; `FileFormatError` if the file cannot be read.
  public static func read<Line: Decodable>(
    _ path: String, _ take: (_ line: Line, _ number: Int) throws -> Void
  ) throws -> Int {
    try forEachLine(of: path) { try take(decode($0, line: $1), $1) }
  }

  /// Reads the whole lines of a file as they are; one that does not exist has none.
  ///
  /// The file may grow, or lose a half-written line, meanwhile: what was there when it was opened is read.
  ///
  /// - Parameter take: Called with the bytes of each line, without its newline, and its number; may throw to
  ///   refuse it.
  /// - Returns: The bytes of the whole lines: where the next one begins.
  /// - Throws: `FileFormatError` if the file cannot be read.
  public static func forEachLine(
    of path: String, _ take: (_ line: ArraySlice<UInt8>, _ number: Int) throws -> Void
  ) throws -> Int {
    guard FileManager.default.fileExists(atPath: path) else { return 0 }
    // Not mapped: a writer that cuts off half a line would take the memory away from under a reader.
    return try forEachLine(in: [UInt8](SystemFile.readAll(path)), take)
  }

  /// The same of bytes in memory.
  ///
  /// - Parameter first: The number of the first line.
  /// - Throws: What `take` throws.
  public static func forEachLine(
    in bytes: [UInt8], from first: Int = 1,
    _ take: (_ line: ArraySlice<UInt8>, _ number: Int) throws -> Void
  ) rethrows -> Int {
    var number = first - 1
    var start = 0
    while let end = newline(in: bytes, from: start) {
      number += 1
      try take(bytes[start..<end], number)
      start = end + 1
    }
    return start
  }

  /// Returns what a line says.
  ///
  /// - Parameter number: The line's, for the error.
  /// - Throws: `Damage` if it is not what is expected.
  public static func decode<Line: Decodable>(
    _ bytes: ArraySlice<UInt8>, as type: Line.Type = Line.self, line number: Int
  ) throws -> Line {
    do {
      return try JSONDecoder().decode(Line.self, from: Data(bytes))
    } catch {
      throw Damage(line: number, reason: reason(error))
    }
  }

  private static func newline(in bytes: [UInt8], from start: Int) -> Int? {
    bytes.withUnsafeBytes { all in
      guard start < all.count, let first = all.baseAddress,
        let found = memchr(first + start, Int32(UInt8(ascii: "\n")), all.count - start)
      else { return nil }
      return UnsafeRawPointer(found) - first
    }
  }

  /// Returns a value as a line: keys in their order, so that equal values are equal lines.
  public static func line(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "the key \"\(key.stringValue)\" is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "a wrong type at \(place(context.codingPath))"
    case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
      "an unknown value at \(place(context.codingPath))"
    default: "not valid JSON"
    }
  }

  private static func place(_ path: [any CodingKey]) -> String {
    path.isEmpty ? "the start" : path.map(\.stringValue).joined(separator: ".")
  }
}
