import Testing

@testable import SearchSpaces

@Suite("the JSON parser")
struct JSONParserTests {
  func parse(_ text: String) throws -> JSONValue { try JSONParser.parse(Array(text.utf8)) }

  @Test("keeps the order of members and tells numbers, texts and Booleans apart")
  func values() throws {
    let value = try parse(#" {"b": [1, -2.5, 3e2, 2.0], "a": {"t": true, "n": null}, "s": "x"} "#)
    #expect(
      value
        == .object([
          .init(
            name: "b", value: .array([.integer(1), .number(-2.5), .integer(300), .integer(2)])),
          .init(
            name: "a",
            value: .object([
              .init(name: "t", value: .flag(true)), .init(name: "n", value: .null),
            ])),
          .init(name: "s", value: .text("x")),
        ]))
  }

  @Test("reads every escape, surrogate pairs included")
  func escapes() throws {
    #expect(
      try parse(#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00×""#) == .text("\"\\/\u{8}\u{c}\n\r\té😀×"))
  }

  @Test(
    "says where text is not JSON and why",
    arguments: [
      ("", 1, 1, "the text ends where a value was expected"),
      ("{\n  \"a\" 1}", 2, 7, "expected ':' after \"a\""),
      ("{\"a\": 1, \"a\": 2}", 1, 10, "\"a\" appears twice in one object"),
      ("{\"a\": 1,}", 1, 9, "expected a name in double quotes"),
      ("[1 2]", 1, 4, "expected ',' or ']'"),
      ("[1", 1, 3, "expected ',' or ']'"),
      ("[01]", 1, 2, "a number must not start with 0"),
      ("[1.]", 1, 4, "expected a digit after '.'"),
      ("[1e]", 1, 4, "expected a digit in the exponent"),
      ("[1e999]", 1, 2, "the number 1e999 is out of range"),
      ("[tru]", 1, 2, "expected a value"),
      ("[nan]", 1, 2, "expected a value"),
      ("\"a", 1, 1, "a string without its closing quote"),
      ("\"a\nb\"", 1, 3, "a control character inside a string"),
      ("\"\\x\"", 1, 3, "an unknown escape in a string"),
      ("\"\\ud800\"", 1, 4, "half of a surrogate pair in a string"),
      ("\"\\u12g4\"", 1, 6, "expected four hexadecimal digits after \\u"),
      ("1 2", 1, 3, "text after the end of the value"),
      (String(repeating: "[", count: 101), 1, 101, "nested deeper than 100 levels"),
    ])
  func failures(text: String, line: Int, column: Int, problem: String) {
    #expect(
      throws: SearchSpaceError.malformed(
        file: "s.json", line: line, column: column, problem: problem)
    ) { try readSpace(file: text) }
  }

  @Test("refuses bytes that are not UTF-8")
  func encoding() {
    #expect(throws: JSONParser.Failure.self) { try JSONParser.parse([0x22, 0xFF, 0x22]) }
  }
}
