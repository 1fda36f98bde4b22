import Foundation
import Studies

/// What `autodistill leakage` prints.
public struct LeakageReport {
  private let results: [LeakageResult]

  public init(_ results: [LeakageResult]) { self.results = results }

  /// A table and sentences for each student.
  public var lines: [String] {
    results.flatMap { result in
      let words = LeakageWords(result: result)
      let table = [LeakageWords.columns.map(\.title)] + words.rows
      let widths = LeakageWords.columns.indices.map { column in
        table.map { $0[column].count }.max() ?? 0
      }
      let rows = table.map { row in
        "  "
          + zip(row, widths).map { text, width in
            text + String(repeating: " ", count: width - text.count)
          }.joined(separator: "  ").trimmingCharacters(in: .whitespaces)
      }
      return ["student \(result.key):"] + rows + words.verdicts + [words.basis]
    }
  }

  /// The students in the format of their files.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return (try? encoder.encode(results)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
  }
}
