import FileFormats
import Foundation

@testable import Studies

/// Journals as texts that a test changes.
enum JournalText {
  /// Returns lines as a journal's text, with the numbers and checksums that they should have.
  static func sealed(_ lines: [String]) -> String {
    var chain = JournalChain()
    return lines.map { chain.sealed(unsealed($0)) + "\n" }.joined()
  }

  /// Returns a line as versions before checksums wrote it.
  static func unsealed(_ line: String) -> String {
    guard let seal = line.range(of: ",\"seq\":", options: .backwards) else { return line }
    return line[..<seal.lowerBound] + "}"
  }

  /// Returns lines as a journal's text of a version before checksums.
  static func old(_ lines: [String]) -> String {
    lines.map { line in
      unsealed(line).replacing(",\"format\":\(Journal.format)", with: "") + "\n"
    }.joined()
  }
}

extension TinyStudy {
  /// Writes a journal of lines that a test has changed, as if they had been written so.
  func writeJournal(_ lines: [String]) throws {
    try temporary.write(JournalText.sealed(lines), to: "journal.jsonl")
  }
}
