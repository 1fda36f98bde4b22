/// What a terminal can show.
public struct TerminalStyle: Hashable, Sendable {
  /// Characters on a line and lines.
  public var width: Int
  public var height: Int
  /// Whether it shows more than ASCII.
  public var isUnicode: Bool
  public var hasColor: Bool

  public init(width: Int = 80, height: Int = 24, isUnicode: Bool = true, hasColor: Bool = false) {
    (self.width, self.height) = (max(40, width), max(10, height))
    (self.isUnicode, self.hasColor) = (isUnicode, hasColor)
  }

  /// Returns the style of a terminal by the environment, as programs agree on it.
  ///
  /// - Parameters:
  ///   - environment: Of the process: the locale (`LC_ALL`, `LC_CTYPE`, `LANG`), `NO_COLOR` and `TERM`.
  ///   - size: Columns and rows; nil where it is no terminal.
  public static func of(
    _ environment: [String: String], size: (columns: Int, rows: Int)?
  ) -> TerminalStyle {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    let locale = value("LC_ALL") ?? value("LC_CTYPE") ?? value("LANG") ?? ""
    let isUnicode = ["utf-8", "utf8"].contains { locale.lowercased().contains($0) }
    let columns = size?.columns ?? value("COLUMNS").flatMap(Int.init) ?? 80
    return TerminalStyle(
      width: columns, height: size?.rows ?? 24, isUnicode: isUnicode,
      hasColor: size != nil && value("NO_COLOR") == nil && value("TERM") != "dumb")
  }
}

extension TerminalStyle {
  /// Returns texts in what the terminal can show: ASCII where it can show no more.
  public func texts(_ texts: [String]) -> [String] { texts.map(text) }

  func text(_ text: String) -> String {
    if isUnicode { return text }
    var result = ""
    for character in text {
      result += character.isASCII ? String(character) : TerminalStyle.plain[character] ?? "?"
    }
    return result
  }

  /// Returns a text as a line of the terminal: no wider, and without commands.
  func line(_ text: String) -> String {
    self.text(self.text(text.printableLine).clipped(to: width))
  }

  private static let plain: [Character: String] = [
    "·": "-", "…": "~", "–": "-", "−": "-", "±": "+-", "×": "x", "≤": "<=", "≥": ">=", "μ": "u",
    "“": "\"", "”": "\"", "‘": "'", "’": "'", "→": "->", "‖": "||",
  ]
}
