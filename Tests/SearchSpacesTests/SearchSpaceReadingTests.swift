import FileFormats
import Foundation
import Testing

@testable import SearchSpaces

@Suite("reading a file's head and parameters")
struct SearchSpaceReadingTests {
  @Test(
    "refuses a head that is not as documented",
    arguments: [
      ("[]", "the file: got [], expected an object that describes a search space"),
      ("{}", "the file: got an empty object, expected the key \"format\" too"),
      (
        #"{"format": "autodistill-search-space/2"}"#,
        "format: got \"autodistill-search-space/2\", expected \"autodistill-search-space/1\""
      ),
      (
        #"{"format": "autodistill-search-space/1", "name": 3}"#,
        "name: got 3, expected the name of the space"
      ),
      (
        #"{"format": "autodistill-search-space/1", "nam": "x"}"#,
        "nam: got an unknown key, expected one of \"format\", \"name\", \"description\", \"images\", \"padding\", \"parameters\", \"blocks\", \"blueprint\", \"references\"; did you mean \"name\"?"
      ),
      (
        #"{"format": "autodistill-search-space/1", "name": "x", "description": false}"#,
        "description: got false, expected what the space is for, in words"
      ),
      (
        #"{"format": "autodistill-search-space/1", "name": "x", "parameters": {}}"#,
        "parameters: got an empty object, expected an array of parameters"
      ),
      (
        #"{"format": "autodistill-search-space/1", "name": "x", "parameters": []}"#,
        "parameters: got [], expected at least one parameter"
      ),
    ])
  func head(text: String, expected: String) {
    #expect(problem { () throws(JSONError) in try readSpace(file: text) } == expected)
  }

  static let a = #"{"name": "a", "values": [1, 2, 3]}, "#

  @Test(
    "refuses a parameter that is not as documented",
    arguments: [
      ("3", "parameters[0]: got 3, expected an object that describes a parameter"),
      (
        #"{"name": "a"}"#,
        "parameters[0]: got an object with \"name\", expected the key \"values\" too"
      ),
      (
        #"{"name": "a", "value": [1]}"#,
        "parameters[0].value: got an unknown key, expected one of \"name\", \"values\", \"scale\", \"when\", \"group\", \"words\"; did you mean \"values\"?"
      ),
      (
        #"{"name": "A b", "values": [1]}"#,
        "parameters[0].name: got \"A b\", expected a name of lower-case letters, digits and '_' that starts with a letter"
      ),
      (
        a + #"{"name": "a", "values": [1]}"#,
        "parameters[1].name: got \"a\", expected a name of its own; parameters[0] has this one already"
      ),
      (
        #"{"name": "channels", "values": [1]}"#,
        "parameters[0].name: got \"channels\", expected a name other than those of the built-in values"
      ),
      (
        #"{"name": "a", "values": []}"#, "parameters[0].values: got [], expected at least one value"
      ),
      (
        #"{"name": "a", "values": 3}"#,
        "parameters[0].values: got 3, expected an array of numbers, texts or Booleans"
      ),
      (
        #"{"name": "a", "values": [1, null]}"#,
        "parameters[0].values[1]: got null, expected a number, a text, true or false"
      ),
      (
        #"{"name": "a", "values": [1, "x"]}"#,
        "parameters[0].values[1]: got \"x\", expected a number, as the first value is"
      ),
      (
        #"{"name": "a", "values": [1, 2, 1.0]}"#,
        "parameters[0].values[2]: got 1, expected a value of its own; values[0] is the same"
      ),
      (
        #"{"name": "a", "values": [2, 1]}"#,
        "parameters[0].values: got [2, 1], expected numbers in ascending order, or \"scale\": \"categorical\""
      ),
      (
        #"{"name": "a", "values": [1], "scale": "log"}"#,
        "parameters[0].scale: got \"log\", expected one of \"ordinal\", \"categorical\""
      ),
      (
        #"{"name": "a", "values": [1], "words": "a"}"#,
        "parameters[0].words: got \"a\", expected a text in which {} stands for the value, or one text per value"
      ),
      (
        #"{"name": "a", "values": [1], "words": ["x", "y"]}"#,
        "parameters[0].words: got [\"x\", \"y\"], expected 1 texts, one per value"
      ),
      (
        #"{"name": "a", "values": [1], "words": [1]}"#,
        "parameters[0].words[0]: got 1, expected a text"
      ),
      (
        #"{"name": "a", "values": [1], "group": ""}"#,
        "parameters[0].group: got \"\", expected the words that head the group in a description"
      ),
    ])
  func parameter(text: String, expected: String) {
    #expect(
      problem { () throws(JSONError) in try readSpace(parameters: text) } == expected)
  }

  @Test(
    "refuses a condition that cannot be meant",
    arguments: [
      (
        #""b": 1"#,
        "parameters[1].when.b: got \"b\", expected the name of a parameter that stands before \"b\""
      ),
      (
        #""c": 1"#,
        "parameters[1].when.c: got \"c\", expected the name of a parameter that stands before \"b\""
      ),
      (
        #""a": 7"#, "parameters[1].when.a: got 7, expected one of the values of \"a\": 1, 2, 3"
      ),
      (
        #""a": [1, "1"]"#,
        "parameters[1].when.a[1]: got \"1\", expected one of the values of \"a\": 1, 2, 3"
      ),
      (#""a": []"#, "parameters[1].when.a: got [], expected at least one value"),
      (
        #""a": [1, 1]"#,
        "parameters[1].when.a[1]: got 1, expected a value that the list does not hold already"
      ),
      ("", "parameters[1].when: got an empty object, expected at least one condition"),
    ])
  func condition(text: String, expected: String) {
    let parameters =
      Self.a + #"{"name": "b", "values": [1, 2], "when": {\#(text)}}, {"name": "c", "values": [1]}"#
    #expect(
      problem { () throws(JSONError) in try readSpace(parameters: parameters) } == expected)
  }

  @Test("refuses conditions that never hold together")
  func contradiction() {
    let parameters =
      Self.a + #"{"name": "b", "values": [1, 2], "when": {"a": 1}}, "#
      + #"{"name": "c", "values": [1, 2], "when": {"a": 2, "b": 1}}"#
    #expect(
      problem { () throws(JSONError) in try readSpace(parameters: parameters) }
        == "parameters[2].when: got conditions that never hold together, expected conditions under which \"c\" has a meaning"
    )
  }

  @Test("makes numbers ordinal and names categorical unless told otherwise")
  func scales() throws {
    let space = try readSpace(
      parameters: """
        {"name": "a", "values": [1, 2.5]}, {"name": "b", "values": ["x", "y"]},
        {"name": "c", "values": [false, true]}, {"name": "d", "values": [3, 1], "scale": "categorical"},
        {"name": "e", "values": ["s", "m", "l"], "scale": "ordinal"}
        """,
      blueprint: """
        {"if": "$b == 'x' and $c and $a > $d and $e == 's'", "then": [{"layer": "batch_norm"}]},
        {"layer": "dense", "channels": "$classes"}
        """)
    #expect(
      space.parameters.map(\.scale)
        == [.ordinal, .categorical, .categorical, .categorical, .ordinal])
    #expect(space.parameters[0].values == [.integer(1), .number(2.5)])
  }

  @Test("writes and reads values as plain JSON")
  func valueCoding() throws {
    let values: [ParameterValue] = [.integer(3), .number(0.5), .text("relu"), .flag(true)]
    let data = try JSONEncoder().encode(values)
    #expect(String(decoding: data, as: UTF8.self) == #"[3,0.5,"relu",true]"#)
    #expect(try JSONDecoder().decode([ParameterValue].self, from: data) == values)
  }
}
