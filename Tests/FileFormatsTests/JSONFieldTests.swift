import Foundation
import TestSupport
import Testing

@testable import FileFormats

@Suite("a JSON field")
struct JSONFieldTests {
  enum Shape: String, CaseIterable {
    case round, square
  }

  enum OnlyOne: String, CaseIterable {
    case only
  }

  func field(_ text: String) throws -> JSONField {
    try JSONField(json: Data("{\"f\": \(text)}".utf8), file: "a.json")
      .members(of: "a test", known: ["f"]).required("f")
  }

  /// Returns what is wrong with the value, without the file's name and path; nil if nothing.
  func problem(_ text: String, _ read: (JSONField) throws -> some Any) throws -> String? {
    let field = try field(text)
    do {
      _ = try read(field)
      return nil
    } catch let error as JSONError {
      let start = "a.json: f: got "
      #expect(error.description.hasPrefix(start), "\(error)")
      return String(error.description.dropFirst(start.count))
    }
  }

  @Test("returns what was asked for")
  func values() throws {
    #expect(try field("\"x\"").text("a text") == "x")
    #expect(try field("\"square\"").choice(Shape.self) == .square)
    #expect(try field("true").flag())
    #expect(try field("3").integer(in: 1...3) == 3)
    #expect(try field("3.0").integer(in: 1...3) == 3)
    #expect(try field("3").number(in: 0...4) == 3)
    #expect(try field("0.25").number(in: 0...4) == 0.25)
    #expect(try field("0.25").positive(of: "seconds") == 0.25)
    #expect(try field("0").nonnegative(of: "seconds") == 0)
    #expect(try field("7").count(of: "cores") == 7)
  }

  @Test("says what it is and what was expected")
  func expectations() throws {
    #expect(try problem("\"\"") { try $0.text("a name") } == "\"\", expected a name")
    #expect(try problem("1") { try $0.text("a name") } == "1, expected a name")
    #expect(
      try problem("\"oval\"") { try $0.choice(Shape.self) }
        == "\"oval\", expected one of \"round\", \"square\"")
    #expect(try problem("2") { try $0.choice(OnlyOne.self) } == "2, expected \"only\"")
    #expect(try problem("1") { try $0.flag() } == "1, expected true or false")
    #expect(
      try problem("[1]") { try $0.object("an oven") }
        == "[1], expected an object that describes an oven")
    #expect(
      try problem("{\"a\": 1}") { try $0.elements(of: "ovens") }
        == "an object with \"a\", expected an array of ovens")
    #expect(
      try problem("[[], {}]") { try $0.flag() } == "an array of 2 elements, expected true or false")
  }

  @Test("says the range that a number must lie in, as far as it is bounded")
  func ranges() throws {
    #expect(
      try problem("4") { try $0.integer(in: 1...3) } == "4, expected a whole number from 1 to 3")
    #expect(
      try problem("0") { try $0.integer(in: 1...Int.max) }
        == "0, expected a whole number, at least 1")
    #expect(
      try problem("2") { try $0.integer(in: Int.min...1) }
        == "2, expected a whole number, at most 1")
    #expect(
      try problem("2.5") { try $0.integer(in: Int.min...Int.max) }
        == "2.5, expected a whole number")
    #expect(
      try problem("1e300") { try $0.integer(in: 0...Int.max) }
        == "1e+300, expected a whole number from 0 to 9223372036854775807")
    #expect(
      try problem("-2") { try $0.number(in: -1...1.5) } == "-2, expected a number from -1 to 1.5")
    #expect(
      try problem("-2") { try $0.number(in: 0...Double.infinity) }
        == "-2, expected a number, at least 0")
    #expect(
      try problem("true") { try $0.number(in: -.infinity...Double.infinity) }
        == "true, expected a number")
    #expect(
      try problem("0") { try $0.positive(of: "GB/s") } == "0, expected a number of GB/s above 0")
    #expect(
      try problem("-0.5") { try $0.nonnegative(of: "GB/s") }
        == "-0.5, expected a number of GB/s, 0 or more")
    #expect(
      try problem("1.5") { try $0.count(of: "cores") }
        == "1.5, expected a whole number of cores above 0")
    #expect(try field("9007199254740992").count(of: "bytes") == 1 << 53)
    #expect(
      try problem("9007199254740993") { try $0.count(of: "bytes") }
        == "9007199254740993, expected a whole number of bytes up to 9007199254740992")
  }

  @Test("keeps the order of members and elements, and knows where each stands")
  func paths() throws {
    let outer = try field(#"{"z": [1, {"a": 2}], "y": 3}"#).object("letters")
    #expect(outer.map(\.name) == ["z", "y"])
    #expect(outer.map(\.field.path) == ["f.z", "f.y"])
    let elements = try outer[0].field.elements(of: "things")
    #expect(elements.map(\.path) == ["f.z[0]", "f.z[1]"])
    #expect(try elements[1].object("a thing").first?.field.path == "f.z[1].a")
  }

  @Test("is read behind a byte order mark, but not behind two, nor with one inside")
  func byteOrderMark() throws {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = Array("{\"f\": 1}".utf8)
    let field = try JSONField(json: Data(mark + text), file: "a.json")
    #expect(field.value == (try JSONField(json: Data(text), file: "a.json").value))
    for bytes in [mark + mark + text, text + mark, mark] {
      #expect(throws: JSONError.self) { try JSONField(json: Data(bytes), file: "a.json") }
    }
  }

  @Test("of a file that cannot be read says why")
  func unreadable() throws {
    let folder = try TemporaryFolder()
    #expect(
      throws: JSONError.unreadable(file: folder.file("no"), reason: "there is no such file")
    ) { try JSONField(contentsOf: folder.file("no")) }
    #expect(throws: JSONError.unreadable(file: folder.path, reason: "it is a folder")) {
      try JSONField(contentsOf: folder.path)
    }
    let path = try folder.write("[true".utf8, to: "cut.json")
    let error = #expect(throws: JSONError.self) { try JSONField(contentsOf: path) }
    #expect(
      error?.description
        == "\(path):1:6: not valid JSON: the text ends where ',' or ']' was expected")
  }
}
