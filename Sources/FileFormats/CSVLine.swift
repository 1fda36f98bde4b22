/// One line of comma-separated values.
///
/// Source: RFC 4180: lines end with CR LF, fields that hold a comma, a quote or a line end are quoted,
/// and quotes in them doubled.
package enum CSVLine {
  /// Returns the line of some fields, with its end.
  package static func text(_ fields: [String]) -> String {
    fields.map(field).joined(separator: ",") + "\r\n"
  }

  /// Returns one field, quoted where it has to be.
  package static func field(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else {
      return text
    }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
