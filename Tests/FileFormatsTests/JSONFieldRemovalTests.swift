import Foundation
import Testing

@testable import FileFormats

@Suite("JSON text without a member")
struct JSONFieldRemovalTests {
  private func text(_ json: String, without name: String = "b") throws -> String {
    String(
      decoding: try JSONField.text(Data(json.utf8), withoutMember: name, file: "f.json"),
      as: UTF8.self)
  }

  @Test(
    "is the text from before the member was added, byte for byte",
    arguments: [
      ("{\"a\": 1,\n  \"b\": [2, {\"a\": 3}]\n}\n", "{\"a\": 1\n}\n"),
      ("{\"a\": 1, \"b\": \"x,}\", \"c\": 3}", "{\"a\": 1, \"c\": 3}"),
      ("{\n  \"b\": 2,\n  \"c\": 3}", "{\n  \"c\": 3}"), ("{\"b\": {}}", "{}"),
      ("  {\"a\": 1 , \"b\": 2 }", "  {\"a\": 1  }"),
    ])
  func removes(json: String, expected: String) throws {
    #expect(try text(json) == expected)
  }

  @Test("is the text itself where the outermost object has no such member, or there is none")
  func keeps() throws {
    for json in ["{\"a\": {\"b\": 1}}", "{}", "[{\"b\": 1}]", "3"] {
      #expect(try text(json) == json)
    }
  }

  @Test("is not found in text that is no JSON")
  func malformed() {
    #expect(throws: JSONError.self) { try text("{\"a\": }") }
    #expect(throws: JSONError.self) { try text("{\"a\" 1, \"b\": 2}") }
  }
}
