/// A line of a measuring program's output: its numbers, each with its name, and its words.
///
/// What is between two numbers is about the second one, up to a comma, a semicolon or a bracket; what is before that
/// is about the first: `3.2 ms (mean), max 9.9 ms`.
struct PrintedLine {
  let text: Substring
  private(set) var quantities: [PrintedQuantity] = []
  /// All words, in lower case.
  private(set) var words: [String] = []
  /// Whether there is nothing but numbers, units and what parts them.
  let isPure: Bool
  /// The line with all digits alike, by which repeated lines are known.
  let shape: [PrintedLexeme]
  /// The unit that a line without numbers names, as a heading does; or the one before its first colon.
  private(set) var headUnit: LatencyUnit?

  init(_ text: Substring) {
    self.text = text
    let lexemes = PrintedLexeme.lexemes(of: text)
    shape = lexemes.map { lexeme in
      if case .number(_, let suffix) = lexeme { return .number(digits: "", suffix: suffix) }
      return lexeme
    }
    isPure =
      lexemes.contains { if case .number = $0 { true } else { false } }
      && lexemes.allSatisfy { lexeme in
        switch lexeme {
        case .word(let word): LatencyUnit(printed: word) != nil
        case .number(_, let suffix): suffix.isEmpty || LatencyUnit(printed: suffix) != nil
        case .foreign: false
        case .mark(let mark): ",;[].".contains(mark)
        }
      }
    var builder = PrintedLineBuilder()
    for index in lexemes.indices { builder.add(lexemes, at: index) }
    builder.finish()
    (quantities, words, headUnit) = (builder.quantities, builder.words, builder.headUnit)
  }

  /// How often something was repeated, as it stands there; nil if the line does not say, or once.
  var repetitions: String? {
    quantities.first { $0.isRepetition && $0.digits != "1" }
      .map { "\($0.digits) \($0.counted ?? $0.label.last ?? "")" }
  }
}

/// Puts a line's parts together to quantities.
private struct PrintedLineBuilder {
  private(set) var quantities: [PrintedQuantity] = []
  private(set) var words: [String] = []
  private(set) var headUnit: LatencyUnit?

  /// A word, or a mark that ends what is said of a number.
  private enum Piece: Equatable {
    case word(String)
    case comma, open, close, colon

    var word: String? { if case .word(let word) = self { word } else { nil } }
  }

  /// Since the last number.
  private var pieces: [Piece] = []
  private var pendingUnit: LatencyUnit?
  private var isRightBehindNumber = false
  private var isInBracket = false
  /// Numbers that a bracket right behind them closes, or opens behind: `[3.2, 3.1] ms`, `3.2 [ms]`.
  private var bracketed: Range<Int>?
  private var firstInBracket = 0

  mutating func add(_ lexemes: [PrintedLexeme], at index: Int) {
    let next = index + 1 < lexemes.count ? lexemes[index + 1] : nil
    let behind = bracketed
    bracketed = nil
    switch lexemes[index] {
    case .word(let word):
      // `[1] ms: 3.2` names the unit of what comes.
      let isName = next == .mark(":") || next == .mark("=")
      if let behind, !isName, let unit = LatencyUnit(printed: word) {
        for index in behind where quantities[index].unit == nil { quantities[index].unit = unit }
        words.append(word.lowercased())
      } else {
        add(word: word)
      }
    case .number(let digits, let suffix):
      if isPercentile(suffix, next: next) {
        add(pieces: [digits + suffix.lowercased()])
        isRightBehindNumber = false
      } else {
        add(number: digits, suffix: suffix)
      }
    case .foreign:
      isRightBehindNumber = false
    case .mark(let mark): add(mark: mark, next: next)
    }
  }

  mutating func finish() {
    if let last = quantities.indices.last {
      quantities[last].trailing += pieces.prefix { $0 != .comma }.compactMap(\.word)
    } else {
      headUnit = headUnit ?? pendingUnit
    }
    // `3.5 ± 0.1 ms`
    for index in quantities.indices.dropLast() where quantities[index + 1].label == ["±"] {
      if quantities[index].unit == nil { quantities[index].unit = quantities[index + 1].unit }
    }
  }

  /// `90%:`, `percentile(90%)` and `50th percentile` are names.
  private func isPercentile(_ suffix: String, next: PrintedLexeme?) -> Bool {
    guard ["%", "th", "pct"].contains(suffix.lowercased()) else { return false }
    if suffix.lowercased() == "th" { return true }
    if let last = words.last, last.hasPrefix("percentile"), isInBracket { return true }
    switch next {
    case .mark(":"), .mark("="): return true
    case .word(let word): return word.lowercased().hasPrefix("percentile")
    default: return false
    }
  }

  private mutating func add(pieces new: [String]) {
    words += new
    pieces += new.map { .word($0) }
  }

  private mutating func add(word: String) {
    let parts = PrintedWords.parts(of: word)
    let sides = word.split(separator: "/", maxSplits: 1)
    let unit = LatencyUnit(printed: sides.first ?? "")
    if isRightBehindNumber, !quantities.isEmpty {
      isRightBehindNumber = false
      if let unit {
        quantities[quantities.count - 1].unit = unit
        if sides.count == 2 { quantities[quantities.count - 1].trailing.append("per") }
        words += parts
        return
      }
      let isKnown =
        parts.contains { part in
          PrintedWords.median.contains(part) || PrintedWords.mean.contains(part)
            || PrintedWords.links.contains(part) || PrintedWords.isTail(part)
            || (PrintedWords.others.contains(part) || PrintedWords.latency.contains(part))
              && !PrintedWords.repetitions.contains(part)
        }
      if !isKnown {
        quantities[quantities.count - 1].counted = parts.last ?? word
        words += parts
        return
      }
    }
    let previous = words.last
    if sides.count == 2, LatencyUnit(printed: sides[1]) != nil, unit == nil {
      add(pieces: parts + ["rate"])  // `images/s`
    } else if let named = unit
      ?? (parts.count > 1 ? LatencyUnit(printed: parts[parts.count - 1]) : nil)
    {
      if previous == "per" || parts.count > 1 && parts[parts.count - 2] == "per" {
        add(pieces: parts + ["rate"])
      } else {
        // A bare `s` is a unit in brackets, or after `in`; elsewhere it may be anything.
        if parts != ["s"] || isInBracket || previous == "in" { pendingUnit = named }
        add(pieces: parts + (sides.count == 2 ? ["per"] : []))
      }
    } else {
      add(pieces: parts)
    }
  }

  private mutating func add(mark: Character, next: PrintedLexeme?) {
    switch mark {
    case "±": add(pieces: ["±"])
    case ",", ";", "|": pieces.append(.comma)
    case "(", "[", "{":
      pieces.append(.open)
      isInBracket = true
      firstInBracket = quantities.count
      bracketed = isRightBehindNumber ? quantities.count - 1..<quantities.count : nil
    case ")", "]", "}":
      pieces.append(.close)
      isInBracket = false
      bracketed =
        isRightBehindNumber ? min(firstInBracket, quantities.count - 1)..<quantities.count : nil
    case ":", "=":
      pieces.append(.colon)
      if mark == ":", quantities.isEmpty, headUnit == nil { headUnit = pendingUnit }
    case ".":
      if case .word(let word) = next, word.first?.isUppercase ?? false { pieces.append(.comma) }
    default: break
    }
    isRightBehindNumber = false
  }

  private mutating func add(number digits: String, suffix: String) {
    let (trailing, label) = parted()
    var quantity = PrintedQuantity(digits: digits, label: label, labelUnit: pendingUnit)
    if let last = quantities.indices.last {
      quantities[last].trailing += trailing
      let previous = quantities[last]
      let isBare = previous.unit == nil && previous.counted == nil
      if label.isEmpty, previous.isRepetition || isBare && pieces.contains(.colon) {
        // `median of 50 runs: 3.2 ms`, `best of 5: 3.1 ms`
        (quantity.label, quantity.labelUnit) = (previous.label, previous.labelUnit)
      } else {
        quantity.isContinuation =
          isBare && !pieces.contains { $0.word == nil }
          && label.allSatisfy(["and", "to", "or"].contains)
      }
    }
    if !suffix.isEmpty {
      let sides = suffix.split(separator: "/", maxSplits: 1)
      quantity.unit = LatencyUnit(printed: sides.first ?? "")
      if quantity.unit == nil { quantity.counted = suffix.lowercased() }
      if sides.count == 2 { quantity.trailing.append("per") }
    }
    quantities.append(quantity)
    (pieces, pendingUnit, isRightBehindNumber) = ([], nil, suffix.isEmpty)
  }

  /// Parts the words since the last number into those about it and those about the next one.
  private func parted() -> (trailing: [String], label: [String]) {
    func words(_ pieces: some Sequence<Piece>) -> [String] { pieces.compactMap(\.word) }
    if let comma = pieces.lastIndex(of: .comma) {
      let first = pieces.firstIndex(of: .comma) ?? comma
      return (words(pieces[..<first]), words(pieces[comma...]))
    }
    guard !quantities.isEmpty else { return ([], words(pieces)) }
    let open = pieces.lastIndex(of: .open)
    if let open, !pieces[open...].contains(.close) {
      return (words(pieces[..<open]), words(pieces[open...]))
    }
    // `3.2 ms (mean) 9.9 ms`, but `3.2 ms max (all): 9.9 ms`.
    if let close = pieces.lastIndex(of: .close), !pieces[close...].contains(.colon),
      pieces.first == .open
    {
      return (words(pieces[..<close]), words(pieces[close...]))
    }
    return ([], words(pieces))
  }
}
