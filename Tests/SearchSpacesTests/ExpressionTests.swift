import Testing

@testable import FileFormats
@testable import SearchSpaces

@Suite("an expression")
struct ExpressionTests {
  /// Evaluates with `$a` = 6, `$half` = 0.5, `$kind` = 'plain', `$on` = true and unknown `$channels`.
  func evaluate(_ text: String) throws(Expression.Failure) -> Expression.Outcome {
    let values: [ParameterValue] = [.integer(6), .number(0.5), .text("plain"), .flag(true)]
    let root = try ExpressionParser.parse(text) { name in
      name == "channels"
        ? .builtIn(.channels)
        : ["a", "half", "kind", "on"].firstIndex(of: name).map { .parameter($0) }
    }
    let expression = Expression(root: root, field: JSONField(file: "", path: "", value: .null))
    return try expression.evaluate { reference in
      if case .parameter(let index) = reference { return .known(values[index]) }
      return .unknown(.number)
    }
  }

  @Test(
    "binds operators as in arithmetic, from left to right",
    arguments: [
      ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("10 - 4 - 3", 3), ("100 / 10 / 5", 2),
      ("2 * 7 % 4", 2), ("-2 * 3 + 10", 4), ("- -5", 5), ("8 - -2", 10), ("7 / 2", 3),
      ("-7 / 2", -3), ("-7 % 4", -3), ("max(4, $a / 4)", 4), ("min(9, $a, 7)", 6),
      ("max(1, 2 + 3) * 2", 10), ("round($a * $half * 0.9)", 3), ("round(2.5)", 3),
      ("$a * $half", 3), ("$a == 6 ? 1 : 2", 1), ("$a > 6 ? 1 : $a == 6 ? 2 : 3", 2),
      ("1 < 2 and 3 < 2 ? 1 : 0", 0), ("true or false and false ? 1 : 0", 1),
      ("not $a == 5 and $on ? 1 : 0", 1), ("(1 + 2", nil), ("$kind == 'plain' ? 2 : 1", 2),
      ("$kind != 'x' ? 2 : 1", 2), ("$a<=6 ? 1 : 0", 1), ("$a >= 7 ? 1 : 0", 0),
    ] as [(String, Int?)])
  func precedence(text: String, value: Int?) throws {
    guard let value else {
      #expect(throws: Expression.Failure.self) { try evaluate(text) }
      return
    }
    #expect(try evaluate(text) == .known(.integer(value)))
  }

  @Test("keeps fractions")
  func fractions() throws {
    #expect(try evaluate("$half / 2") == .known(.number(0.25)))
    #expect(try evaluate("$half % 0.3") == .known(.number(0.2)))
    #expect(try evaluate("1 - 0.75") == .known(.number(0.25)))
  }

  @Test(
    "says what is wrong and at which character",
    arguments: [
      ("$a / ($a - 6)", "no division by zero (character 4)"),
      ("$channels / 0", "no division by zero (character 11)"),
      ("1 % 0", "no division by zero (character 3)"),
      ("$b + 1", "names that are known here; there is no $b (character 1)"),
      ("1 + $", "a name after '$' (character 5)"),
      ("1 + $A", "a name after '$' (character 5)"),
      (
        "1 +",
        "a number, a name after '$', a text in single quotes, a function or '(', not the end (character 4)"
      ),
      ("1 2", "an operator or the end, not '2' (character 3)"),
      ("(1 + 2", "')', not the end (character 7)"),
      ("1 < 2 < 3", "an operator or the end, not '<' (character 7)"),
      ("1 ? 2", "':', not the end (character 6)"),
      ("1 ? 2 : 3", "true or false for this operator (character 3)"),
      ("$on ? 2 + 'x' : 3", "numbers around '+' (character 9)"),
      ("$channels > 3 ? 2 : 'x'", "two values of one kind around ':' (character 15)"),
      ("max 2", "'(' after max, not '2' (character 5)"),
      ("round(1, 2)", "one argument of round (character 6)"),
      ("max('a', 1)", "numbers as arguments of max (character 1)"),
      ("1 & 2", "a formula without '&' (character 3)"),
      ("'abc", "a closing quote for the one (character 1)"),
      ("12px", "a number such as 12 or 0.5, not '12px' (character 1)"),
      ("'a' == 1", "two values of one kind around '==' (character 5)"),
      ("'a' < 'b'", "numbers around '<' (character 5)"),
      ("1 and true", "true or false for this operator (character 3)"),
      ("9223372036854775807 + 1", "a number that fits 64 bits (character 21)"),
      (
        String(repeating: "(", count: 41) + "1" + String(repeating: ")", count: 41),
        "a formula that is nested less deeply (character 41)"
      ),
    ])
  func failures(text: String, expectation: String) {
    #expect(throws: Expression.Failure(expectation)) { try evaluate(text) }
  }

  @Test("is known where the unknown does not matter, and otherwise of a known kind")
  func unknowns() throws {
    #expect(try evaluate("$channels + 1") == .unknown(.number))
    #expect(try evaluate("max(4, $channels / 4)") == .unknown(.number))
    #expect(try evaluate("$channels > 3") == .unknown(.flag))
    #expect(try evaluate("not $channels > 3") == .unknown(.flag))
    #expect(try evaluate("$channels > 3 and false") == .known(.flag(false)))
    #expect(try evaluate("$channels > 3 or true") == .known(.flag(true)))
    #expect(try evaluate("$channels > 3 or false") == .unknown(.flag))
    #expect(try evaluate("$channels > 3 ? 2 : 2") == .known(.integer(2)))
    #expect(try evaluate("$channels > 3 ? 2 : 1") == .unknown(.number))
  }

  @Test("does not evaluate what does not matter")
  func laziness() throws {
    #expect(try evaluate("false and 1 / 0 == 1") == .known(.flag(false)))
    #expect(try evaluate("true or 1 / 0 == 1") == .known(.flag(true)))
    #expect(try evaluate("$on ? 1 : 1 / 0") == .known(.integer(1)))
  }
}
