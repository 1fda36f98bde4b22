import Foundation
import Studies

/// What `autodistill leakage` prints; as JSON the students in the format of their files.
public struct LeakageReport: FoundReport {
  public let found: [LeakageResult]

  public init(_ found: [LeakageResult]) { self.found = found }

  /// A table and sentences for each student.
  public var lines: [String] {
    found.flatMap { result in
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
}
