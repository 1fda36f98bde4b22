import FileFormats
import Foundation

/// How the rows of a table were measured: the first line of its samples.
struct MeasurementConditions: Codable {
  let conditions: [String: String]

  /// The line, without its end.
  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  /// Checks that a table was begun under the same conditions. One that does not say, as earlier versions wrote it, is
  /// taken as it is.
  ///
  /// - Parameter samples: The text of the file of samples.
  /// - Throws: `FileFormatError` naming the first condition that differs.
  func check(against samples: String, of path: String, samplesPath: String) throws {
    guard let first = samples.split(whereSeparator: \.isNewline).first,
      let known = try? JSONDecoder().decode(MeasurementConditions.self, from: Data(first.utf8))
    else { return }
    for (name, value) in conditions.sorted(by: { $0.key < $1.key }) {
      guard let before = known.conditions[name], before != value else { continue }
      throw FileFormatError.malformed(
        path: path, location: "its measurements", found: "\(name) \(before) (\(samplesPath))",
        expected: "\(name) \(value), or another --output: one table holds what was measured alike")
    }
  }
}
