import Foundation
import Testing

@testable import FileFormats

@Suite("the members of a JSON object")
struct JSONMembersTests {
  func members(_ text: String, known: [String]) throws(JSONError) -> JSONMembers {
    try JSONField(json: Data(text.utf8), file: "a.json").members(of: "an oven", known: known)
  }

  @Test("may be missing unless they are required")
  func required() throws {
    let oven = try members(#"{"name": "x"}"#, known: ["name", "heat_celsius"])
    #expect(oven["heat_celsius"] == nil)
    #expect(try oven.required("name").text("a name") == "x")
    #expect(
      throws: JSONError.invalid(
        file: "a.json", field: "", value: "an object with \"name\"",
        expected: "the key \"heat_celsius\" too")
    ) { try oven.required("heat_celsius") }
  }

  @Test("must be known, and the message hints at the key that was probably meant")
  func unknown() throws {
    let known = ["name", "heat_celsius", "heat_minutes", "door"]
    let list = "one of \"name\", \"heat_celsius\", \"heat_minutes\", \"door\""
    for (key, hint) in [
      ("heat", "heat_celsius"),  // The first that starts so.
      ("heat_celcius", "heat_celsius"), ("Name", "name"), ("names", "name"), ("naem", "name"),
      ("minutes", nil), ("shelf", nil), ("x", nil), ("", nil),
    ] {
      #expect(
        throws: JSONError.invalid(
          file: "a.json", field: key, value: "an unknown key",
          expected: list + (hint.map { "; did you mean \"\($0)\"?" } ?? ""))
      ) { try members("{\"\(key)\": 1}", known: known) }
    }
    #expect(
      throws: JSONError.invalid(
        file: "a.json", field: "a", value: "an unknown key", expected: "no keys at all")
    ) { try members(#"{"a": 1}"#, known: []) }
  }
}
