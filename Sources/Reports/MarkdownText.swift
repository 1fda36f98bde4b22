import Foundation

/// How text stands in GitHub's Markdown.
enum MarkdownText {
  /// Returns text in which nothing is markup.
  static func inline(_ text: String) -> String {
    var result = ""
    var previous: Character = " "
    // Reports are read in terminals, too.
    let characters = Array(String(text.map { $0.isNewline ? " " : $0 }).printable)
    for (index, character) in characters.enumerated() {
      let next = index + 1 < characters.count ? characters[index + 1] : " "
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      // GitHub takes what stands between two dollar signs for a formula.
      case "\\", "`", "*", "[", "]", "|", "#", "~", "$": result += "\\\(character)"
      // Inside a word an underscore is nothing but itself.
      case "_" where !(isWord(previous) && isWord(next)): result += "\\_"
      // At the beginning these would make an item or a line under a heading of it.
      case "-", "+", "=", ".", ")":
        result += isMarker(characters, at: index) ? "\\\(character)" : String(character)
      default: result.append(character)
      }
      previous = character
    }
    return result
  }

  /// Returns text for an HTML element, in which Markdown knows no escapes.
  static func html(_ text: String) -> String {
    Markup(String(text.map { $0.isNewline ? " " : $0 }).printable).source
  }

  /// Returns text set as code, where nothing in it would end the code or a table's cell.
  static func code(_ text: String) -> String {
    text.isEmpty || text.contains { "`|\n\r".contains($0) }
      ? inline(text) : "`\(text.printable)`"
  }

  /// Returns a path as the destination of a link, with what would end it in per-cent signs and digits.
  static func destination(_ path: String) -> String {
    path.unicodeScalars.map { scalar in
      scalar.value < 0x21 || scalar.value == 0x7F || "()<>\\\"%".unicodeScalars.contains(scalar)
        ? String(format: "%%%02X", scalar.value) : String(scalar)
    }.joined()
  }

  static func list(_ items: [String]) -> String {
    items.map { "- " + inline($0) }.joined(separator: "\n")
  }

  /// Returns a table with its caption left out.
  static func table(_ table: ReportTable) -> String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    let header = line(table.columns.map { inline($0.title) })
    let rule = "|" + table.columns.map { $0.alignment == .number ? "--:|" : "---|" }.joined()
    let shown = table.rows.prefix(table.markdownRows ?? table.rows.count)
    let rows = shown.map { row in
      line(
        zip(table.columns, row).map { column, cell in
          column.alignment == .code ? code(cell) : inline(cell)
        })
    }
    let rest = table.rows.count - shown.count
    return ([header, rule] + rows).joined(separator: "\n")
      + (rest > 0 ? "\n\n\(rest) more in index.html and front.json." : "")
  }

  /// Whether a character makes what it stands in an item of a list, as `- x` and `1. x`, or a line `---`.
  private static func isMarker(_ text: [Character], at index: Int) -> Bool {
    let isLast = index + 1 == text.count || text[index + 1].isWhitespace
    if ".)".contains(text[index]) {
      return isLast && index > 0 && text[..<index].allSatisfy(\.isWholeNumber)
    }
    return index == 0
      && (text[index] != "=" && isLast || text.allSatisfy { $0 == text[index] })
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber
  }
}
