/// A word of a formula and where it stands.
struct ExpressionToken: Hashable {
  enum Kind: Hashable {
    /// A number, a text in quotes, or a Boolean.
    case value(ParameterValue)
    /// A name after `$`.
    case name(String)
    /// An operator, a parenthesis, a comma or a bare word such as `max` or `and`.
    case symbol(String)
    case end
  }

  let kind: Kind
  /// The index of its first character, from 1.
  let position: Int
}

extension ExpressionToken: CustomStringConvertible {
  var description: String {
    switch kind {
    case .value(let value): "'\(value)'"
    case .name(let name): "'$\(name)'"
    case .symbol(let symbol): "'\(symbol)'"
    case .end: "the end"
    }
  }
}

extension ExpressionToken {
  /// Returns the tokens of a formula, `end` last.
  static func tokens(of text: String) throws(Expression.Failure) -> [ExpressionToken] {
    let characters = Array(text)
    var tokens: [ExpressionToken] = []
    var start = 0
    while start < characters.count {
      if characters[start] == " " {
        start += 1
        continue
      }
      guard tokens.count < SpaceLimits.mostFormulaWords else {
        throw Expression.Failure(
          "at most \(SpaceLimits.mostFormulaWords) numbers, names and operators", at: start + 1)
      }
      let (kind, length) = try first(in: characters[start...])
      tokens.append(ExpressionToken(kind: kind, position: start + 1))
      start += length
    }
    return tokens + [ExpressionToken(kind: .end, position: characters.count + 1)]
  }

  /// Returns the token with which `characters` begin, and its length.
  private static func first(
    in characters: ArraySlice<Character>
  ) throws(Expression.Failure) -> (Kind, length: Int) {
    let position = characters.startIndex + 1
    let first = characters[characters.startIndex]
    let rest = characters.dropFirst()
    switch first {
    case "$":
      let name = String(rest.prefix(while: isWordCharacter))
      guard isIdentifier(name) else {
        throw Expression.Failure("a name after '$'", at: position)
      }
      return (.name(name), name.count + 1)
    case "'":
      let content = rest.prefix { $0 != "'" }
      guard content.endIndex < characters.endIndex else {
        throw Expression.Failure("a closing quote for the one", at: position)
      }
      return (.value(.text(String(content))), content.count + 2)
    case "0"..."9":
      return try number(in: characters)
    case "a"..."z":
      let word = String(characters.prefix(while: isWordCharacter))
      let kind: Kind =
        switch word {
        case "true": .value(.flag(true))
        case "false": .value(.flag(false))
        default: .symbol(word)
        }
      return (kind, word.count)
    default:
      for symbol in ["==", "!=", "<=", ">="] where String(characters.prefix(2)) == symbol {
        return (.symbol(symbol), 2)
      }
      guard "+-*/%()<>,?:".contains(first) else {
        throw Expression.Failure("a formula without '\(first)'", at: position)
      }
      return (.symbol(String(first)), 1)
    }
  }

  private static func number(
    in characters: ArraySlice<Character>
  ) throws(Expression.Failure) -> (Kind, length: Int) {
    let digits = String(characters.prefix { isWordCharacter($0) || $0 == "." })
    if let integer = Int(digits) { return (.value(.integer(integer)), digits.count) }
    guard digits.allSatisfy({ "0123456789.".contains($0) }), !digits.hasSuffix("."),
      let number = Double(digits)
    else {
      throw Expression.Failure(
        "a number such as 12 or 0.5, not '\(digits)'", at: characters.startIndex + 1)
    }
    let value = Int(exactly: number).map(ParameterValue.integer) ?? .number(number)
    return (.value(value), digits.count)
  }

  private static func isWordCharacter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || character == "_")
  }
}
