/// A piece of HTML or SVG that is well-formed XML and escaped, by the way it is made.
struct Markup: Hashable, Sendable {
  let source: String

  /// Elements that HTML does not close.
  private static let voidElements: Set<String> = ["meta", "br", "img"]

  private init(source: String) { self.source = source }

  /// Creates text; whatever it holds, no element can begin in it.
  init(_ text: String) { source = Markup.escaped(text) }

  /// Creates an element. Attributes whose value is nil are left out.
  init(
    _ name: String, _ attributes: KeyValuePairs<String, String?> = [:], _ children: [Markup] = []
  ) {
    var source = "<\(name)"
    for (key, value) in attributes {
      if let value { source += " \(key)=\"\(Markup.escaped(value))\"" }
    }
    if Markup.voidElements.contains(name) {
      source += "/>"
    } else {
      source += ">" + children.map(\.source).joined() + "</\(name)>"
    }
    self.source = source
  }

  /// Creates an element that holds text.
  init(_ name: String, _ attributes: KeyValuePairs<String, String?> = [:], text: String) {
    self.init(name, attributes, [Markup(text)])
  }

  /// Creates a `style` element; `rules` is our own CSS, never text from a study.
  static func style(_ rules: String) -> Markup {
    precondition(!rules.contains { "<&".contains($0) }, "CSS that is not well-formed XML")
    return Markup(source: "<style>\n\(rules)\n</style>")
  }

  /// Joins pieces, each on a line of its own.
  static func lines(_ pieces: [Markup]) -> Markup {
    Markup(source: "\n" + pieces.map(\.source).joined(separator: "\n") + "\n")
  }

  /// Replaces what has a meaning in XML, the control characters that XML cannot hold, and marks of writing direction,
  /// by which a name could turn around what stands next to it.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
      case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{fffe}", "\u{ffff}": result += "\u{fffd}"
      case "\u{61c}", "\u{200e}"..."\u{200f}", "\u{202a}"..."\u{202e}", "\u{2066}"..."\u{2069}":
        result += "\u{fffd}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Markup {
  /// Creates a `script` element; `source` is our own, never text from a study.
  static func script(_ source: String) -> Markup {
    precondition(!source.contains("</") && !source.contains("<!--"), "a script that ends itself")
    return Markup(source: "<script>\n\(source)\n</script>")
  }

  /// Creates an element that holds JSON for scripts. What could end it or begin markup is written as JSON's own
  /// escapes, which change nothing of the value.
  static func json(id: String, _ text: String) -> Markup {
    let safe = text.replacing("<", with: "\\u003c").replacing("&", with: "\\u0026")
    return Markup(
      source: "<script type=\"application/json\" id=\"\(id)\">\n\(safe)</script>")
  }
}
