import FileFormats
import Foundation

/// How the rows of a table were measured: a line before their samples.
struct MeasurementConditions: Codable {
  let conditions: [String: String]

  init(conditions: [String: String]) { self.conditions = conditions }

  /// Reads the last such line of a file of samples; nil if there is none.
  init?(lastOf samples: String) {
    let line = samples.split(whereSeparator: \.isNewline).last { $0.hasPrefix("{\"conditions\"") }
    guard let line,
      let known = try? JSONDecoder().decode(MeasurementConditions.self, from: Data(line.utf8))
    else { return nil }
    self = known
  }

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
    guard let known = MeasurementConditions(lastOf: samples) else { return }
    for (name, value) in conditions.sorted(by: { $0.key < $1.key }) {
      guard let before = known.conditions[name], before != value else { continue }
      throw FileFormatError.malformed(
        path: path, location: "its measurements", found: "\(name) \(before) (\(samplesPath))",
        expected: "\(name) \(value), or another --output: one table holds what was measured alike")
    }
  }
}
