import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("the checksums of a journal")
struct JournalChainTests {
  /// Whole lines of a journal of made-up events, as this version writes them.
  private func lines(_ count: Int) throws -> [String] {
    try Journal.text(of: Array(MadeUp.everyKind.prefix(count)))
      .split(separator: "\n").map(String.init)
  }

  /// Expects a journal of these lines to be refused.
  private func refused(
    _ text: String, _ parts: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let temporary = try TemporaryFolder()
    try temporary.write(text, to: "journal.jsonl")
    expectError(parts, sourceLocation: sourceLocation) {
      _ = try Journal.state(of: StudyFolder(temporary.path))
    }
  }

  @Test("are those of sha256sum, of the one before and of the line up to its number")
  func format() throws {
    var chain = JournalChain()
    // printf 'e3b0c44298fc1c14{"event":"a","seq":1' | sha256sum, with the hash of nothing before it.
    #expect(
      chain.sealed("{\"event\":\"a\"}")
        == "{\"event\":\"a\",\"seq\":1,\"chain\":\"0ec6295e8042497f\"}")
    // printf '0ec6295e8042497f{"event":"b","seq":2' | sha256sum
    #expect(
      chain.sealed("{\"event\":\"b\"}")
        == "{\"event\":\"b\",\"seq\":2,\"chain\":\"0ea4a40b40d69e24\"}")
    // Behind a line without one: printf '{"event":"a"}\n' | sha256sum, then as above.
    var old = JournalChain()
    #expect(old.problem(with: Array("{\"event\":\"a\"}".utf8)[...]) == nil)
    #expect(
      old.sealed("{\"event\":\"b\"}")
        == "{\"event\":\"b\",\"seq\":2,\"chain\":\"63ae3b3ce64fedb3\"}")
  }

  @Test("stand at the end of every line, which says its number")
  func everyLine() throws {
    let lines = try lines(.max)
    #expect(lines.count == MadeUp.everyKind.count)
    for (index, line) in lines.enumerated() {
      #expect(line.contains(",\"seq\":\(index + 1),\"chain\":\""))
    }
  }

  @Test("tell a changed digit from a line that is missing or at another place")
  func reasons() throws {
    let lines = try lines(8)
    func text(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }
    var changed = lines
    changed[6] = changed[6].replacing("900", with: "901")
    #expect(changed[6] != lines[6])
    try refused(text(changed), ["journal.jsonl:7: ", "its checksum is ", "it was changed"])
    var missing = lines
    missing.remove(at: 2)
    try refused(text(missing), ["journal.jsonl:3: ", "number 4, expected 3", "missing"])
    var doubled = lines
    doubled.insert(lines[2], at: 3)
    try refused(text(doubled), ["journal.jsonl:4: ", "number 3, expected 4", "doubled"])
    var swapped = lines
    swapped.swapAt(5, 6)
    try refused(text(swapped), ["journal.jsonl:6: ", "number 7, expected 6", "another place"])
    try refused(text(Array(lines.dropFirst())), ["journal.jsonl:1: ", "number 2, expected 1"])
    var plain = lines
    plain[3] = JournalText.unsealed(lines[3])
    try refused(text(plain), ["journal.jsonl:4: ", "it has no checksum"])
    var renamed = lines
    renamed[0] = renamed[0].replacing("\"chain\"", with: "\"chaim\"")
    try refused(text([renamed[0]]), ["journal.jsonl:1: ", "its checksum cannot be read"])
    let all = lines.map(JournalText.unsealed)
    let formatted = all[0].replacing("{\"", with: "{\"format\":2,\"")
    try refused(text([formatted] + all.dropFirst()), [":1: ", "journals of format 2 have them"])
  }

  @Test("do not hold for a line of another journal")
  func otherJournal() throws {
    let lines = try lines(6)
    guard case .began(var began) = MadeUp.began else { return }
    began.studyHash = "07e2"
    let other = try Journal.text(of: [.began(began)] + MadeUp.everyKind[1..<6])
      .split(separator: "\n").map(String.init)
    for index in lines.indices {
      var mixed = lines
      mixed[index] = other[index]
      // The first line is right by itself; what follows is not what followed it.
      let line = index == 0 ? 2 : index + 1
      try refused(mixed.map { $0 + "\n" }.joined(), ["journal.jsonl:\(line): ", "another journal"])
    }
  }

  @Test("are missing in journals of earlier versions, whose new lines have them and cover the old")
  func oldJournal() throws {
    let temporary = try TemporaryFolder()
    let folder = StudyFolder(temporary.path)
    let old = JournalText.old(try lines(5))
    #expect(!old.contains("\"seq\"") && !old.contains("\"chain\""))
    try temporary.write(old, to: "journal.jsonl")
    let journal = try Journal(folder)
    #expect(journal.uncheckedLines == 5)
    for event in MadeUp.everyKind[5..<8] { try journal.append(event) }
    let text = String(decoding: try temporary.read("journal.jsonl"), as: UTF8.self)
    #expect(text.hasPrefix(old) && text.contains("\"seq\":6,") && text.contains("\"seq\":8,"))
    let again = try Journal(folder)
    #expect(again.uncheckedLines == 5 && again.state.trials.count == 2)
    #expect(
      StudyOutcome(again.state) == StudyOutcome(MadeUp.state(Array(MadeUp.everyKind[..<8]))))
    // From the first line with a checksum on, the old ones are covered.
    try refused(
      text.replacing("0.98125", with: "0.98126"), ["journal.jsonl:6: ", "it was changed"])
    try refused(String(text.drop { $0 != "\n" }.dropFirst()), ["journal.jsonl:1: ", "first line"])
  }

  @Test("are not looked for in a journal of a newer format, which is refused with the format")
  func newerFormat() throws {
    let text = "{\"event\":\"began\",\"format\":3,\"what\":\"nobody knows\"}\n"
    try refused(text, ["journal.jsonl:1: ", "format 3, expected at most 2", "newer version"])
  }

  @Test("cost no reading of what is there: a hundred appends to a long journal are quick")
  func appendsAreQuick() throws {
    var chain = JournalChain()
    let event = "{\"event\":\"" + String(repeating: "x", count: 4000) + "\"}"
    let begin = ProcessInfo.processInfo.systemUptime
    for _ in 0..<20_000 { _ = chain.sealed(event) }
    // 80 MB of lines: were each append to read what is there, this would take hours.
    #expect(ProcessInfo.processInfo.systemUptime - begin < 60 && chain.lineCount == 20_000)
  }
}
