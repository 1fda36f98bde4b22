import FileFormats

/// Writes tables as comma-separated values.
enum CSVWriter {
  /// Returns the text of a table with its header.
  static func text(_ table: FrontTable) -> String {
    let rows = table.rows.map { row in
      zip(table.columns, row).map { $0.kind == .text ? inert($1.printable) : $1 }
    }
    let lines = [table.columns.map { inert($0.name.printable) }] + rows
    return lines.map(CSVLine.text).joined()
  }

  /// Returns a text that spreadsheets do not take for a formula: names in a study's files may begin with anything.
  ///
  /// Source: OWASP, "CSV injection".
  static func inert(_ text: String) -> String {
    guard let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) else {
      return text
    }
    return "'" + text
  }
}
