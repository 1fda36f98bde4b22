import Foundation
import Testing

@testable import FileFormats

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

  @Test("reads whole numbers exactly as far as an Int goes, and larger ones as fractions")
  func wholeNumbers() throws {
    #expect(try parse("9223372036854775807") == .integer(.max))
    #expect(try parse("-9223372036854775808") == .integer(.min))
    #expect(try parse("9223372036854775808") == .number(0x1p63))
    #expect(try parse("5e-324") == .number(.leastNonzeroMagnitude))
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
      ("[01]", 1, 2, "a number must not start with 0"),
      ("[1.]", 1, 4, "expected a digit after '.'"),
      ("[1e]", 1, 4, "expected a digit in the exponent"),
      ("[-x]", 1, 3, "expected a digit after '-'"),
      ("[1e999]", 1, 2, "the number 1e999 is out of range"),
      ("[tru]", 1, 2, "expected a value"),
      ("[nan]", 1, 2, "expected a value"),
      ("\"a\nb\"", 1, 3, "a control character inside a string"),
      ("\"\\x\"", 1, 3, "an unknown escape in a string"),
      ("\"\\ud800\"", 1, 4, "half of a surrogate pair in a string"),
      ("\"\\u12g4\"", 1, 6, "expected a hexadecimal digit"),
      ("1 2", 1, 3, "text after the end of the value"),
      ("[\"×é😀\" 1]", 1, 8, "expected ',' or ']'"),
      (String(repeating: "[", count: 101), 1, 101, "nested deeper than 100 levels"),
    ])
  func failures(text: String, line: Int, column: Int, problem: String) {
    #expect(
      throws: JSONError.malformed(file: "s.json", line: line, column: column, problem: problem)
    ) { try JSONField(json: Data(text.utf8), file: "s.json") }
  }

  @Test("says of text that is cut short, wherever it is, that it ends, and where")
  func cutShort() throws {
    let whole = "{\n\"a\": [true, null, \"x\\n\\u00e9\"], \"b\": {\"c\": 1.5e3}}"
    for length in 0..<whole.utf8.count {
      let error = try #require(throws: JSONError.self) {
        try JSONField(json: Data(whole.utf8.prefix(length)), file: "s.json")
      }
      guard case .malformed("s.json", let line, _, let problem) = error else {
        Issue.record(error)
        continue
      }
      #expect(line == (length < 2 ? 1 : 2))
      #expect(problem.hasPrefix("the text ends"), "after \(length) bytes: \(problem)")
    }
    #expect(
      throws: JSONError.malformed(
        file: "s.json", line: 2, column: 11, problem: "the text ends where ',' or ']' was expected")
    ) { try JSONField(json: Data(whole.utf8.prefix(12)), file: "s.json") }
  }

  @Test("refuses bytes that are not UTF-8 and says where they begin")
  func encoding() {
    for bytes: [UInt8] in [[0x22, 0x0A, 0x61, 0xFF, 0x22], [0x22, 0x0A, 0x61, 0xC3]] {
      #expect(
        throws: JSONError.malformed(
          file: "s.json", line: 2, column: 2, problem: "the text is not UTF-8")
      ) { try JSONField(json: Data(bytes), file: "s.json") }
    }
  }
}
