/// Writes tables as comma-separated values.
///
/// Source: RFC 4180: lines end with CR LF, fields that hold a comma, a quote or a line end are quoted,
/// and quotes in them doubled.
enum CSVWriter {
  /// Returns the text of a table with its header.
  static func text(_ table: FrontTable) -> String {
    let rows = table.rows.map { row in
      zip(table.columns, row).map { $0.kind == .text ? inert($1.printable) : $1 }
    }
    let lines = [table.columns.map { inert($0.name.printable) }] + rows
    return lines.map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
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

  /// Returns one field, quoted where it has to be.
  static func field(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else {
      return text
    }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
