import Foundation
import Studies

/// What `autodistill stability` prints.
public struct StabilityReport {
  private let stability: ChoiceStability

  public init(_ stability: ChoiceStability) { self.stability = stability }

  /// A few lines for each budget, and what the numbers are of.
  public var lines: [String] {
    let words = StabilityWords(stability: stability)
    let choices = words.rows.flatMap { row in
      ["\(row[0]): trial \(row[1])"]
        + zip(StabilityWords.columns, row).dropFirst(2).map { "  \($0.title): \($1)" }
    }
    return choices + words.basis
  }

  /// As `stability.json` has it.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return (try? encoder.encode(stability)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}
