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
    guard FileManager.default.fileExists(atPath: path) else { return 0 }
    let data = try MappedFile(path).withUnsafeBytes { Data($0) }
    let decoder = JSONDecoder()
    var number = 0
    var start = data.startIndex
    while let end = data[start...].firstIndex(of: UInt8(ascii: "\n")) {
      number += 1
      let line: Line
      do {
        line = try decoder.decode(Line.self, from: data[start..<end])
      } catch {
        throw Damage(line: number, reason: reason(error))
      }
      try take(line, number)
      start = end + 1
    }
    return start
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
