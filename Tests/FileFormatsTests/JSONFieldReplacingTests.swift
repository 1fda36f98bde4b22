import Foundation
import Testing

@testable import FileFormats

@Suite("texts of a JSON field that are replaced")
struct JSONFieldReplacingTests {
  private let field = Result {
    try JSONField(
      json: Data(#"{"a": "$x", "b": ["$x", 1, {"c": "x", "d": "$y"}], "e": null}"#.utf8),
      file: "a.json")
  }

  @Test("stand where they stood, at any depth, and all else stays")
  func replaced() throws {
    let replaced = try field.get().replacingTexts { text, _ throws(JSONError) in
      switch text {
      case "$x": .integer(4)
      case "$y": .object([.init(name: "z", value: .flag(true))])
      default: nil
      }
    }
    let expected = try JSONField(
      json: Data(#"{"a": 4, "b": [4, 1, {"c": "x", "d": {"z": true}}], "e": null}"#.utf8),
      file: "a.json")
    #expect(replaced == expected)
  }

  @Test("are told where they stand, for messages")
  func places() throws {
    #expect(
      throws: JSONError.invalid(
        file: "a.json", field: "b[2].d", value: "\"$y\"", expected: "something else")
    ) {
      _ = try field.get().replacingTexts { text, field throws(JSONError) in
        if text == "$y" { throw field.expected("something else") }
        return nil
      }
    }
  }

  @Test("may be the whole field")
  func whole() throws {
    let field = try JSONField(json: Data("\"$x\"".utf8), file: "a.json")
    let replaced = try field.replacingTexts { _, _ throws(JSONError) in .number(0.5) }
    #expect(replaced.value == .number(0.5) && replaced.file == "a.json")
  }
}
