import FileFormats
import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import Studies

/// The journal of a study that the program has run, and what its readers know after each line.
private struct RunJournal {
  let bytes: [UInt8]
  /// Where each line begins, and where the last one ends.
  let starts: [Int]
  /// After no line, after the first, and so on.
  let readings: [JournalReading]
  var count: Int { starts.count - 1 }

  init() throws {
    let study = try FinishedStudy.study()
    bytes = try [UInt8](study.temporary.read("journal.jsonl"))
    var (starts, readings) = ([0], [JournalReading()])
    var reading = JournalReading()
    _ = try JSONLines.forEachLine(in: bytes) { line, number in
      try reading.take(line, number, path: "journal.jsonl")
      starts.append(line.endIndex + 1)
      readings.append(reading)
    }
    (self.starts, self.readings) = (starts, readings)
  }

  /// Bytes from the beginning of a line on, counted from 0.
  func rest(from line: Int) -> [UInt8] { Array(bytes[starts[line]...]) }

  /// The lines without their newlines.
  func lines() -> [[UInt8]] {
    (0..<count).map { Array(bytes[starts[$0]..<starts[$0 + 1] - 1]) }
  }

  enum Ending: Equatable {
    /// With so many lines, as a run that was killed behind them would.
    case continues(Int)
    case refused(Int)
  }

  /// Reads a journal that is this one before a line, and then something else.
  func end(_ changed: [UInt8], from line: Int) -> Ending {
    var reading = readings[line]
    do {
      _ = try JSONLines.forEachLine(in: changed, from: line + 1) {
        try reading.take($0, $1, path: "journal.jsonl")
      }
      return .continues(reading.chain.lineCount)
    } catch StudyError.corruptJournal(_, let number, _) {
      return .refused(number)
    } catch StudyError.newerJournal(_, let number, _, _) {
      return .refused(number)
    } catch {
      Issue.record("\(error)")
      return .refused(-1)
    }
  }

  func end(_ lines: [[UInt8]], from line: Int) -> Ending {
    end(lines[line...].flatMap { $0 + [UInt8(ascii: "\n")] }, from: line)
  }
}

@Suite("the journal of a finished study", Program.isBuilt)
struct DamagedJournalTests {
  @Test("cut at any byte continues from its last whole line")
  func cut() throws {
    let journal = try RunJournal()
    #expect(journal.count > 20)
    var continued = 0
    for end in 0..<journal.bytes.count {
      let line = journal.starts.lastIndex { $0 <= end } ?? 0
      let part = Array(journal.bytes[journal.starts[line]..<end])
      if journal.end(part, from: line) == .continues(line) { continued += 1 }
    }
    #expect(continued == journal.bytes.count)
  }

  @Test(
    "with one bit of any byte flipped is refused at that line; without its last newline it is shorter"
  )
  func flipped() throws {
    let journal = try RunJournal()
    let bits = Thoroughness.isFull ? Array(0..<8) : [0]
    var refused = 0
    for line in 0..<journal.count {
      var rest = journal.rest(from: line)
      for place in 0..<journal.starts[line + 1] - journal.starts[line] {
        for bit in bits.map({ Thoroughness.isFull ? $0 : (place + $0) % 8 }) {
          rest[place] ^= 1 << bit
          let ending = journal.end(rest, from: line)
          rest[place] ^= 1 << bit
          if ending == .refused(line + 1) {
            refused += 1
          } else {
            let isLastNewline = journal.starts[line] + place == journal.bytes.count - 1
            #expect(
              isLastNewline && ending == .continues(journal.count - 1),
              "bit \(bit) of byte \(place) of line \(line + 1): \(ending)")
          }
        }
      }
    }
    #expect(refused == (journal.bytes.count - 1) * bits.count)
  }

  @Test("with two lines swapped is refused at the first of them")
  func swapped() throws {
    let journal = try RunJournal()
    let lines = journal.lines()
    var (refused, pairs) = (0, 0)
    for first in 0..<lines.count - 1 {
      for second in first + 1..<(Thoroughness.isFull ? lines.count : first + 2) {
        var changed = lines
        changed.swapAt(first, second)
        pairs += 1
        if journal.end(changed, from: first) == .refused(first + 1) { refused += 1 }
      }
    }
    let n = lines.count
    #expect(refused == pairs && pairs == (Thoroughness.isFull ? n * (n - 1) / 2 : n - 1))
  }

  @Test(
    "with any line missing or twice there is refused where that shows; without the last it is shorter"
  )
  func droppedAndDoubled() throws {
    let journal = try RunJournal()
    let lines = journal.lines()
    var (dropped, doubled) = (0, 0)
    for line in lines.indices {
      var changed = lines
      changed.remove(at: line)
      let ending = journal.end(changed, from: line)
      if ending == .refused(line + 1) { dropped += 1 }
      if line == lines.count - 1 { #expect(ending == .continues(lines.count - 1)) }
      changed = lines
      changed.insert(lines[line], at: line)
      if journal.end(changed, from: line) == .refused(line + 2) { doubled += 1 }
    }
    #expect(dropped == lines.count - 1 && doubled == lines.count)
  }

  @Test("with any number edited by hand is refused at its line, every time")
  func edited() throws {
    let journal = try RunJournal()
    var refused = 0
    forEachEdit(of: journal.lines()) { changed, line in
      if journal.end(changed, from: line) == .refused(line + 1) { refused += 1 }
    }
    #expect(refused == Self.edits)
  }

  @Test(
    "of a version before checksums, with a number edited, is read or refused at a line, and traps nowhere"
  )
  func editedOld() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let old = JournalText.old(study.journalLines())
    let lines = old.split(separator: "\n").map { Array($0.utf8) }
    var (refused, believed) = (0, 0)
    try forEachEdit(of: lines) { changed, line in
      let text = changed.map { String(decoding: $0, as: UTF8.self) + "\n" }.joined()
      try study.temporary.write(text, to: "journal.jsonl")
      do {
        let state = try Journal.state(of: study.folder)
        _ = StudyResults(try StudyFiles(study.folder).definition, state)
        believed += 1
      } catch StudyError.corruptJournal(_, let number, _) {
        #expect(number >= line + 1)
        refused += 1
      }
    }
    #expect(refused + believed == Self.edits && refused > Self.edits / 10)
  }

  private static let edits = Thoroughness.pick(300, usually: 100)

  /// Changes one number in one line, again and again.
  private func forEachEdit(
    of lines: [[UInt8]], _ body: ([[UInt8]], _ line: Int) throws -> Void
  ) rethrows {
    var stream = RandomStream(seed: 7, purpose: "edited journals")
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    for _ in 0..<Self.edits {
      let line = stream.integer(below: lines.count)
      let places = lines[line].indices.filter { digits.contains(lines[line][$0]) }
      let place = places[stream.integer(below: places.count)]
      var changed = lines
      let digit = changed[line][place] - UInt8(ascii: "0")
      // One digit, more of them, or a sign: what fingers do.
      switch stream.integer(below: 4) {
      case 0, 1:
        changed[line][place] =
          UInt8(ascii: "0") + (digit + 1 + UInt8(stream.integer(below: 9))) % 10
      case 2: changed[line].insert(contentsOf: Array("99".utf8), at: place)
      default: changed[line].insert(UInt8(ascii: "-"), at: place)
      }
      try body(changed, line)
    }
  }
}
