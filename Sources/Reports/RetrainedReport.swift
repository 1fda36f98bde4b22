import Foundation
import Studies

/// What `autodistill stability --retrain` prints.
public struct RetrainedReport {
  private let retrained: RetrainedChoices

  public init(_ retrained: RetrainedChoices) { self.retrained = retrained }

  /// A few lines for each budget, and what the numbers are of.
  public var lines: [String] {
    let words = RetrainedWords(retrained: retrained)
    let choices = words.rows.flatMap { row in
      ["\(row[0]): trial \(row[1])"]
        + zip(RetrainedWords.columns, row).dropFirst(2).map { "  \($0.title): \($1)" }
    }
    return choices + words.basis
  }

  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return (try? encoder.encode(retrained)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}
