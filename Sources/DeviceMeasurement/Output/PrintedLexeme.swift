/// The smallest parts of a line that a measuring program prints.
enum PrintedLexeme: Hashable {
  /// Letters, and what may stand between them: `avg_us`, `v1.2.3`, `/system/bin/sh`.
  case word(String)
  /// Digits, and the letters right behind them: `3.21`, `ms`.
  case number(digits: String, suffix: String)
  /// Something with digits that is no single number: `12:31:05`, `2026-11-29`, `0m3.2s`, `28x28`, `10/50`.
  case foreign(String)
  case mark(Character)

  /// Returns the parts of a line; colours are dropped, blanks inside numbers become apostrophes.
  static func lexemes(of line: some StringProtocol) -> [PrintedLexeme] {
    var lexer = PrintedLexer(withoutColours(line))
    return lexer.lexemes()
  }

  /// Drops the escape sequences by which terminals show colours: ESC, `[`, parameters, a letter.
  private static func withoutColours(_ line: some StringProtocol) -> [Character] {
    var result: [Character] = []
    var isSkipping = false
    for character in line {
      if character == "\u{1B}" {
        isSkipping = true
      } else if isSkipping {
        isSkipping = !(character.isASCII && character.isLetter)
      } else {
        result.append(character)
      }
    }
    return result
  }
}

private struct PrintedLexer {
  private var text: [Character]
  private var index = 0

  /// Blanks that typographers put between thousands.
  private static let thousandsBlanks: Set<Character> = ["\u{A0}", "\u{202F}", "\u{2009}"]

  init(_ text: [Character]) {
    self.text = text.map { $0 == "−" ? "-" : $0 }
    for place in self.text.indices where PrintedLexer.thousandsBlanks.contains(self.text[place]) {
      if isDigit(place - 1), (1...3).allSatisfy({ isDigit(place + $0) }), !isDigit(place + 4) {
        self.text[place] = "'"
      }
    }
  }

  private func character(_ place: Int) -> Character? {
    text.indices.contains(place) ? text[place] : nil
  }

  private func isDigit(_ place: Int) -> Bool {
    character(place).map { $0.isASCII && $0.isNumber } ?? false
  }

  private func isLetter(_ place: Int) -> Bool { character(place)?.isLetter ?? false }

  mutating func lexemes() -> [PrintedLexeme] {
    var result: [PrintedLexeme] = []
    while let next = character(index) {
      if next.isWhitespace {
        index += 1
      } else if startsNumber {
        result.append(number())
      } else if isLetter(index) || "_/".contains(next) && isLetter(index + 1) {
        result.append(.word(taken(while: isInWord)))
      } else if next == "+", character(index + 1) == "/", character(index + 2) == "-" {
        index += 3
        result.append(.mark("±"))
      } else if next == "+", character(index + 1) == "-" {
        index += 2
        result.append(.mark("±"))
      } else {
        index += 1
        result.append(.mark(next))
      }
    }
    return result
  }

  private var startsNumber: Bool {
    var place = index
    if let sign = character(place), "+-".contains(sign) { place += 1 }
    if character(place) == "." { place += 1 }
    return isDigit(place)
  }

  /// Letters and digits; other marks only between two of them.
  private func isInWord(_ place: Int) -> Bool {
    if isLetter(place) || isDigit(place) || character(place) == "_" { return true }
    guard let mark = character(place), "-./'*".contains(mark) else { return false }
    return isLetter(place + 1) || isDigit(place + 1)
  }

  private mutating func taken(while condition: (Int) -> Bool) -> String {
    let start = index
    repeat { index += 1 } while index < text.count && condition(index)
    return String(text[start..<index])
  }

  private mutating func number() -> PrintedLexeme {
    let start = index
    if let sign = character(index), "+-".contains(sign) { index += 1 }
    while isDigit(index) || ".,'’_".contains(character(index) ?? " ") && isDigit(index + 1) {
      index += 1
    }
    // `1e6` and `1.2e-06`, but not `3em`.
    if let letter = character(index), "eE".contains(letter) {
      let digits = "+-".contains(character(index + 1) ?? " ") ? index + 2 : index + 1
      var end = digits
      while isDigit(end) { end += 1 }
      if end > digits, !isLetter(end) { index = end }
    }
    let digits = String(text[start..<index])
    let suffixStart = index
    while isLetter(index) || "%/".contains(character(index) ?? " ") && !isDigit(index + 1) {
      index += 1
    }
    let suffix = String(text[suffixStart..<index])
    let next = character(index) ?? " "
    let isForeign =
      isDigit(index)
      || ":-/…x".contains(next) && isDigit(index + 1)
      || next == "." && character(index + 1) == "."
      || digits.split(separator: ",").contains { $0.count { $0 == "." } > 1 }
    guard isForeign else { return .number(digits: digits, suffix: suffix) }
    while let next = character(index), !next.isWhitespace, !"()[]|;=".contains(next) { index += 1 }
    return .foreign(String(text[start..<index]))
  }
}
