import Foundation
import TestSupport
import Testing

@testable import FileFormats

@Suite("lines of JSON")
struct JSONLinesTests {
  private struct Line: Codable, Hashable {
    var name: String
    var count: Int?
  }

  private func read(_ text: String) throws -> (lines: [Line], bytes: Int) {
    let temporary = try TemporaryFolder()
    let path = try temporary.write(Array(text.utf8), to: "lines.jsonl")
    var lines: [Line] = []
    let bytes = try JSONLines.read(path) { (line: Line, number) in
      #expect(number == lines.count + 1)
      lines.append(line)
    }
    return (lines, bytes)
  }

  @Test("are read to the last whole one")
  func halfALine() throws {
    let whole = "{\"name\":\"a\"}\n{\"count\":2,\"name\":\"b\"}\n"
    for rest in ["", "{", "{\"name\":\"c\"}"] {
      let (lines, bytes) = try read(whole + rest)
      #expect(lines == [Line(name: "a"), Line(name: "b", count: 2)])
      #expect(bytes == whole.utf8.count)
    }
  }

  @Test("of a file that does not exist are none")
  func missing() throws {
    let path = try TemporaryFolder().file("lines.jsonl")
    let bytes = try JSONLines.read(path) { (_: Line, _) in Issue.record("a line") }
    #expect(bytes == 0)
  }

  @Test("say which one is damaged, and how")
  func damage() throws {
    for (text, reason) in [
      ("{\"count\":1}", "the key \"name\" is missing"), ("{\"name\":3}", "a wrong type at name"),
      ("{\"name\":", "not valid JSON"), ("", "not valid JSON"), ("[]", "a wrong type at the start"),
    ] {
      let error = #expect(throws: JSONLines.Damage.self) {
        _ = try read("{\"name\":\"a\"}\n" + text + "\n{\"name\":\"b\"}\n")
      }
      #expect(error?.line == 2)
      #expect(error?.reason == reason)
    }
  }

  @Test("are written with their keys in order, and read back")
  func written() throws {
    let line = try JSONLines.line(Line(name: "a/b", count: 1))
    #expect(line == "{\"count\":1,\"name\":\"a/b\"}")
    #expect(try read(line + "\n").lines == [Line(name: "a/b", count: 1)])
  }
}
