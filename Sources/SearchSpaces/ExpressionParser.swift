/// Reads the formulas of a blueprint.
///
///     formula    = either ["?" formula ":" formula]
///     either     = both {"or" both}
///     both       = negation {"and" negation}
///     negation   = "not" negation | comparison
///     comparison = sum [("==" | "!=" | "<" | "<=" | ">" | ">=") sum]
///     sum        = product {("+" | "-") product}
///     product    = factor {("*" | "/" | "%") factor}
///     factor     = "-" factor | number | "'" text "'" | "true" | "false" | "$" name
///                | function "(" formula {"," formula} ")" | "(" formula ")"
struct ExpressionParser {
  typealias Term = Expression.Term
  typealias Failure = Expression.Failure

  /// The deepest nesting of parentheses, signs and `?:`.
  private static let deepestNesting = 40

  private let tokens: [ExpressionToken]
  private let resolve: (String) -> Expression.Reference?
  private var next = 0
  private var depth = 0

  /// Returns the formula that `text` holds.
  ///
  /// - Parameter resolve: Says what a name after `$` stands for; nil if nothing.
  static func parse(
    _ text: String, resolve: @escaping (String) -> Expression.Reference?
  ) throws(Failure) -> Term {
    var parser = ExpressionParser(tokens: try ExpressionToken.tokens(of: text), resolve: resolve)
    let term = try parser.formula()
    guard parser.token.kind == .end else { throw parser.expected("an operator or the end") }
    return term
  }

  private init(tokens: [ExpressionToken], resolve: @escaping (String) -> Expression.Reference?) {
    (self.tokens, self.resolve) = (tokens, resolve)
  }
}

extension ExpressionParser {
  private mutating func formula() throws(Failure) -> Term {
    try enter()
    defer { depth -= 1 }
    let condition = try either()
    let position = token.position
    guard take("?") else { return condition }
    let first = try formula()
    guard take(":") else { throw expected("':'") }
    return .conditional(condition, then: first, else: try formula(), position: position)
  }

  private mutating func either() throws(Failure) -> Term {
    var term = try both()
    while let (symbol, position) = takeOperator(.or) {
      term = .binary(symbol, term, try both(), position: position)
    }
    return term
  }

  private mutating func both() throws(Failure) -> Term {
    var term = try negation()
    while let (symbol, position) = takeOperator(.and) {
      term = .binary(symbol, term, try negation(), position: position)
    }
    return term
  }

  private mutating func negation() throws(Failure) -> Term {
    let position = token.position
    guard take("not") else { return try comparison() }
    try enter()
    defer { depth -= 1 }
    return .not(try negation(), position: position)
  }

  private mutating func comparison() throws(Failure) -> Term {
    let term = try sum()
    guard
      let (symbol, position) = takeOperator(
        .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual)
    else { return term }
    return .binary(symbol, term, try sum(), position: position)
  }

  private mutating func sum() throws(Failure) -> Term {
    var term = try product()
    while let (symbol, position) = takeOperator(.add, .subtract) {
      term = .binary(symbol, term, try product(), position: position)
    }
    return term
  }

  private mutating func product() throws(Failure) -> Term {
    var term = try factor()
    while let (symbol, position) = takeOperator(.multiply, .divide, .remainder) {
      term = .binary(symbol, term, try factor(), position: position)
    }
    return term
  }

  private mutating func factor() throws(Failure) -> Term {
    let current = token
    switch current.kind {
    case .value(let value):
      next += 1
      return .literal(value)
    case .name(let name):
      guard let reference = resolve(name) else {
        throw Failure("names that are known here; there is no $\(name)", at: current.position)
      }
      next += 1
      return .reference(reference)
    case .symbol("-"):
      next += 1
      try enter()
      defer { depth -= 1 }
      return .binary(.subtract, .literal(.integer(0)), try factor(), position: current.position)
    case .symbol("("):
      next += 1
      let term = try formula()
      guard take(")") else { throw expected("')'") }
      return term
    case .symbol(let word):
      guard let function = Expression.Function(rawValue: word) else { break }
      next += 1
      return .call(function, try arguments(of: function), position: current.position)
    case .end:
      break
    }
    throw expected("a number, a name after '$', a text in single quotes, a function or '('")
  }

  private mutating func arguments(
    of function: Expression.Function
  ) throws(Failure) -> [Term] {
    let position = token.position
    guard take("(") else { throw expected("'(' after \(function.rawValue)") }
    var arguments: [Term] = []
    repeat { arguments.append(try formula()) } while take(",")
    guard take(")") else { throw expected("',' or ')'") }
    guard function != .round || arguments.count == 1 else {
      throw Failure("one argument of round", at: position)
    }
    return arguments
  }
}

extension ExpressionParser {
  private var token: ExpressionToken { tokens[next] }

  private mutating func take(_ symbol: String) -> Bool {
    guard token.kind == .symbol(symbol) else { return false }
    next += 1
    return true
  }

  private mutating func takeOperator(
    _ symbols: Expression.Operator...
  ) -> (Expression.Operator, position: Int)? {
    for symbol in symbols where token.kind == .symbol(symbol.rawValue) {
      next += 1
      return (symbol, tokens[next - 1].position)
    }
    return nil
  }

  private mutating func enter() throws(Failure) {
    depth += 1
    guard depth <= ExpressionParser.deepestNesting else {
      throw Failure("a formula that is nested less deeply", at: token.position)
    }
  }

  private func expected(_ expectation: String) -> Failure {
    Failure("\(expectation), not \(token)", at: token.position)
  }
}
