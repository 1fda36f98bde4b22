import FileFormats
import Foundation

/// One line of a deployment's history: a version that has come into use.
public struct DeploymentChange: Hashable, Sendable, Codable {
  public enum Reason: String, Hashable, Sendable, Codable {
    /// It was exported.
    case export
    /// `rollback` has brought it back.
    case rollback
  }

  /// ISO 8601.
  public var date: String
  public var version: Int
  /// The version that was in use until then; nil for none.
  public var before: Int?
  public var reason: Reason

  var line: String {
    let former = before.map { "\"before\":\($0)," } ?? ""
    return
      "{\"date\":\"\(date)\",\"version\":\(version),\(former)\"reason\":\"\(reason.rawValue)\"}"
  }

  /// Returns where the last whole line of a history ends; nil where there is none.
  static func wholeBytes(of path: String) throws -> Int? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try MappedFile(path).withUnsafeBytes { bytes in
      bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    }
  }

  /// Reads a history; a last line that a kill has cut does not count.
  ///
  /// - Throws: `FileFormatError.malformed` naming the line.
  static func all(in path: String) throws -> [DeploymentChange] {
    let text = try MappedFile(path).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    // What follows the last line break.
    lines.removeLast()
    return try lines.enumerated().map { index, line in
      do {
        return try JSONDecoder().decode(DeploymentChange.self, from: Data(line.utf8))
      } catch {
        throw FileFormatError.malformed(
          path: path, location: "line \(index + 1)", found: "'\(line.prefix(80))'",
          expected: "date, version and reason, as export --deploy and rollback write them")
      }
    }
  }
}
