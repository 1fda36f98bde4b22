import Foundation

/// A JSON value on its way to a file: members keep their order, numbers the digits that were chosen.
package indirect enum JSONText: Sendable {
  /// A number, `true`, `false` or `null`, as it will stand in the file.
  case literal(String)
  case text(String)
  case array([JSONText])
  case object([(name: String, value: JSONText)])

  package static let null = JSONText.literal("null")

  package init(_ value: Int) { self = .literal(String(value)) }
  package init(_ value: Bool) { self = .literal(String(value)) }

  /// Creates a text, or null.
  package init(_ value: String?) { self = value.map(JSONText.text) ?? .null }

  /// The value over several lines, two spaces deep per level.
  package var formatted: String { formatted(indentation: "") }

  private func formatted(indentation: String) -> String {
    let inner = indentation + "  "
    func block(_ open: String, _ lines: [String], _ close: String) -> String {
      lines.isEmpty
        ? open + close
        : open + "\n" + lines.map { inner + $0 }.joined(separator: ",\n") + "\n" + indentation
          + close
    }
    switch self {
    case .literal(let digits): return digits
    case .text(let text): return JSONText.quoted(text)
    case .array(let elements):
      return block("[", elements.map { $0.formatted(indentation: inner) }, "]")
    case .object(let members):
      return block(
        "{",
        members.map {
          JSONText.quoted($0.name) + ": " + $0.value.formatted(indentation: inner)
        }, "}")
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      // Control characters, and marks of writing direction, which would turn around what stands next to them.
      case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{61c}", "\u{200e}"..."\u{200f}",
        "\u{2028}"..."\u{202e}", "\u{2066}"..."\u{2069}":
        result += String(format: "\\u%04x", scalar.value)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
