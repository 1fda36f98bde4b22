import Distillation
import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

/// A journal in a folder, written by hand.
private struct Writing {
  let temporary: TemporaryFolder
  var folder: StudyFolder { StudyFolder(temporary.path) }
  var url: URL { URL(filePath: folder.journal) }

  /// Appends events as a study does.
  init(_ events: [JournalEvent]) throws {
    temporary = try TemporaryFolder()
    let journal = try Journal(folder)
    for event in events { try journal.append(event) }
  }

  func bytes() throws -> Data { try Data(contentsOf: url) }
  func write(_ bytes: Data) throws { try bytes.write(to: url) }
  func write(lines: [String]) throws { try write(Data(lines.map { $0 + "\n" }.joined().utf8)) }

  func lines() throws -> [String] {
    String(decoding: try bytes(), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  func outcome() throws -> StudyOutcome { StudyOutcome(try Journal.state(of: folder)) }
}

private func outcome(_ events: some Sequence<JournalEvent>) -> StudyOutcome {
  StudyOutcome(MadeUp.state(Array(events)))
}

@Suite("a journal")
struct JournalTests {
  @Test("keeps every event exactly, one line each")
  func roundTrip() throws {
    let writing = try Writing(MadeUp.everyKind)
    let lines = try writing.lines()
    #expect(lines.count == MadeUp.everyKind.count)
    let decoder = JSONDecoder()
    let read = try lines.map { try decoder.decode(JournalEvent.self, from: Data($0.utf8)) }
    #expect(read == MadeUp.everyKind)
    #expect(try writing.outcome() == outcome(MadeUp.everyKind))
  }

  @Test(
    "keeps numbers to the last bit",
    arguments: [
      0.1 + 0.2, 1.0 / 3, .pi, Double.leastNonzeroMagnitude, 2.2250738585072014e-308,
      1.7976931348623157e308, 1e23,
      9_007_199_254_740_992, 123_456_789.000_000_01, -0.0,
    ])
  func exactNumbers(value: Double) throws {
    let event = JournalEvent.screened(
      JournalEvent.Screened(drawn: 4, feasible: 3, rejections: [:], infeasibleCosts: [value]))
    let writing = try Writing([event])
    let state = try Journal.state(of: writing.folder)
    let read = try #require(state.screened?.infeasibleCosts.first)
    #expect(read.bitPattern == value.bitPattern)
  }

  @Test("is empty where there is no file yet, and begins one")
  func begins() throws {
    let temporary = try TemporaryFolder()
    let folder = StudyFolder(temporary.path)
    #expect(try Journal.state(of: folder).began == nil)
    #expect(!temporary.has("journal.jsonl"))
    let journal = try Journal(folder)
    try journal.append(MadeUp.began)
    #expect(journal.state.began?.version == "1.2.3")
    #expect(try Journal.state(of: folder).began == journal.state.began)
  }

  @Test("continues where it was, keeping what is there")
  func reopens() throws {
    let events = MadeUp.everyKind
    let writing = try Writing(Array(events[..<5]))
    let journal = try Journal(writing.folder)
    #expect(StudyOutcome(journal.state) == outcome(events[..<5]))
    for event in events[5...] { try journal.append(event) }
    #expect(try writing.outcome() == outcome(events))
  }

  @Test("cut at any byte tells what its whole lines say")
  func truncated() throws {
    let events = MadeUp.everyKind
    let writing = try Writing(events)
    let whole = try writing.bytes()
    var expected = outcome([])
    var lines = 0
    for count in 0...whole.count {
      let isEnd = count > 0 && whole[count - 1] == UInt8(ascii: "\n")
      if isEnd {
        lines += 1
        expected = outcome(events[..<lines])
      }
      guard Thoroughness.isFull || isEnd || count % 7 == 0 else { continue }
      try writing.write(whole.prefix(count))
      #expect(try writing.outcome() == expected, "cut at byte \(count)")
    }
    #expect(lines == events.count)
  }

  @Test("whose last line is half written is cut and continues, whatever part of it is there")
  func halfLastLine() throws {
    let events = Array(MadeUp.everyKind[..<5])
    let writing = try Writing(events)
    let whole = try writing.bytes()
    let intact = try #require(whole.dropLast().lastIndex(of: UInt8(ascii: "\n"))) + 1
    for count in intact..<whole.count {
      try writing.write(whole.prefix(count))
      let journal = try Journal(writing.folder)
      #expect(StudyOutcome(journal.state) == outcome(events[..<4]))
      try journal.append(events[4])
      #expect(try writing.bytes() == whole, "cut at byte \(count)")
    }
  }

  @Test("whose last line is garbage without an end is cut too")
  func garbageAtTheEnd() throws {
    let writing = try Writing(Array(MadeUp.everyKind[..<3]))
    let whole = try writing.bytes()
    for garbage in [Data([0, 0, 0, 0]), Data("{\"event\": \"fin".utf8), Data([0xFF, 0xC3])] {
      try writing.write(whole + garbage)
      _ = try Journal(writing.folder)
      #expect(try writing.bytes() == whole)
    }
  }

  @Test(
    "with a damaged line is refused, with the line's number and what is wrong with it",
    arguments: [
      ("", "not valid JSON"), ("garbage", "not valid JSON"), ("[1, 2]", "a wrong type"),
      ("{}", "the key \"event\" is missing"),
      ("{\"event\": \"vanished\"}", "an unknown value at event"),
      ("{\"event\": 7}", "a wrong type at event"),
      ("{\"event\": \"proposed\", \"trial\": 0, \"key\": \"a\"}", "the key \"costs\" is missing"),
      ("{\"event\": \"selected\", \"trials\": [0, \"1\"]}", "a wrong type at trials"),
      ("{\"event\": \"search_ended\", \"trials\": 1.5, \"exhausted\": false}", "damaged"),
      (
        """
        {"event": "finished", "trial": 0, "outcome": "lost", "seconds": 1, "steps": 1}
        """, "an unknown value at outcome"
      ),
      (
        """
        {"event": "audited", "trials": [0], "fraction": 0.1, "verdict": "perfect"}
        """, "an unknown value at verdict"
      ),
      (
        "{\"event\": \"audited\", \"trials\": [0], \"verdict\": \"kept\"}",
        "\"fraction\" is missing"
      ),
    ])
  func damaged(text: String, reason: String) throws {
    let writing = try Writing(MadeUp.everyKind)
    let lines = try writing.lines()
    for place in [0, 6, lines.count - 1] {
      var damaged = lines
      damaged[place] = text
      try writing.write(lines: damaged)
      let before = try writing.bytes()
      expectError(["\(writing.folder.journal):\(place + 1): ", reason]) {
        _ = try Journal(writing.folder)
      }
      #expect(try writing.bytes() == before)
    }
  }

  @Test("whose newline is gone is refused where two lines have become one")
  func joinedLines() throws {
    let writing = try Writing(MadeUp.everyKind)
    var lines = try writing.lines()
    lines[2] += lines.remove(at: 3)
    try writing.write(lines: lines)
    expectError(["\(writing.folder.journal):3: "]) { _ = try Journal(writing.folder) }
  }

  @Test("with any one byte changed is read or refused with a line's number, never a crash")
  func flippedBytes() throws {
    let writing = try Writing(Array(MadeUp.everyKind[..<7]))
    let whole = try writing.bytes()
    for place in stride(from: 0, to: whole.count, by: Thoroughness.pick(3, usually: 13)) {
      for change: UInt8 in [0x01, 0x10, 0x80] {
        var bytes = whole
        bytes[place] ^= change
        try writing.write(bytes)
        do {
          _ = try Journal.state(of: writing.folder)
        } catch StudyError.corruptJournal(_, let line, _) {
          #expect((1...8).contains(line))
        }
      }
    }
  }

  @Test(
    "whose lines do not fit together is refused at the first that does not fit the ones before",
    arguments: [
      ([MadeUp.began, MadeUp.proposed(1, macs: 5)], 2),
      ([MadeUp.began, MadeUp.finished(0, 5)], 2),
      ([MadeUp.began, MadeUp.proposed(0, macs: 5), MadeUp.selected(0, 1)], 3),
      ([MadeUp.began, MadeUp.proposed(0, macs: 5), MadeUp.imported([])], 3),
      (
        [
          MadeUp.began, MadeUp.imported([MadeUp.carried("a", 1, macs: 5)]),
          MadeUp.proposed(0, macs: 5),
        ], 3
      ),
      ([MadeUp.began, MadeUp.selected(-1)], 2),
      ([MadeUp.began, MadeUp.audited(0)], 2), ([MadeUp.began, MadeUp.rescored(0, 5)], 2),
      ([MadeUp.began, MadeUp.tested(-1, 5)], 2), ([MadeUp.began, MadeUp.measured(0, 5)], 2),
      ([MadeUp.began, MadeUp.distilled(0, 5)], 2),
      ([MadeUp.began, MadeUp.robustnessTested(0, 5)], 2),
      ([MadeUp.began, MadeUp.proposed(0, macs: 5), MadeUp.proposed(0, key: "other", macs: 5)], 3),
    ])
  func lostLines(events: [JournalEvent], line: Int) throws {
    let temporary = try TemporaryFolder()
    let encoder = JSONEncoder()
    let text = try events.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }
    try temporary.write(text.joined(), to: "journal.jsonl")
    let folder = StudyFolder(temporary.path)
    expectError(["\(folder.journal):\(line): "]) { _ = try Journal.state(of: folder) }
  }

  @Test("of a version that knew one device and no reasons is read as it is")
  func oldCosts() throws {
    let journal = try Writing([])
    let costs =
      #"{"profile":"small-board","latency_ms":0.5,"latency_standard_error_ms":0.125,"#
      + #""peak_memory_bytes":300,"weight_bytes":90,"macs":700,"parameters":60}"#
    let nothing =
      #"{"event":"nothing_feasible","least_infeasible":[{"key":"000","costs":"#
      + costs + #","binding":"latency_ms<=0.1","excess":4}]}"#
    let began =
      #"{"data_sha256":"d","event":"began","machine":"m","search_space_sha256":"s","#
      + #""study_sha256":"t","version":"0.1.0"}"#
    try journal.write(lines: [
      began,
      #"{"event":"screened","drawn":400,"feasible":3,"rejections":{"latency_ms<=0.1":397},"#
        + #""infeasible_costs":[0.5]}"#,
      #"{"event":"proposed","trial":0,"key":"k0","costs":"# + costs + "}", nothing,
    ])
    let state = try Journal.state(of: journal.folder)
    let known = try #require(state.trials.first?.costs)
    #expect(try known.value(of: .latencyMilliseconds) == 0.5 && known.devices.count == 1)
    #expect(state.nothingFeasible?.leastInfeasible.first?.costs == known)
    #expect(state.nothingFeasible?.limits == nil && state.screened?.kept == nil)
    #expect(state.screened?.rejections == ["latency_ms<=0.1": 397])
  }

  @Test("of a version that knew accuracies alone is read as it is")
  func oldTrainings() throws {
    let journal = try Writing([])
    let evaluation = #"{"correct":3,"count":4,"negative_log_likelihood":0.5}"#
    try journal.write(lines: [
      #"{"data_sha256":"d","event":"began","machine":"m","search_space_sha256":"s","#
        + #""study_sha256":"t","version":"0.1.0"}"#,
      #"{"event":"teacher_ready","identity":"i","macs":9,"parameters":8,"pipeline_accuracy":0.9,"#
        + #""validation":\#(evaluation),"weights_sha256":"w"}"#,
      #"{"event":"teacher_tested","test":\#(evaluation)}"#,
      #"{"event":"proposed","trial":0,"key":"k0","costs":{"peak_memory_bytes":300,"#
        + #""weight_bytes":90,"macs":700,"parameters":60}}"#,
      #"{"baseline":false,"event":"distilled","outcome":"measured","repetition":0,"seconds":1,"#
        + #""steps":7,"trial":0,"validation":\#(evaluation)}"#,
      #"{"event":"tested","test":\#(evaluation),"trial":0}"#,
    ])
    let state = try Journal.state(of: journal.folder)
    let began = try #require(state.began)
    #expect(began.validationHash == nil && began.testHash == nil && began.classes == nil)
    let teacher = try #require(state.teacher)
    #expect(teacher.test?.correct == 3 && teacher.testOutcome == nil)
    #expect(teacher.validationOutcome == nil)
    let training = try #require(state.distillation(of: 0, repetition: 0, isBaseline: false))
    #expect(training.test?.correct == 3 && training.testOutcome == nil)
    #expect(training.validationOutcome == nil && state.robustness.isEmpty)
  }

  @Test("tells how the images of a training were classified in a few kilobytes")
  func smallOutcomes() throws {
    // 5,000 and 10,000 images of ten classes, each of which is taken for each.
    let labels = (0..<10_000).map { $0 % 10 }
    let logits = labels.indices.flatMap { image in
      (0..<10).map { Float(($0 * 7 + image * image / 10 + image) % 11) }
    }
    func outcome(_ count: Int) -> SplitOutcome {
      SplitOutcome(
        correctImages: ImageBits([Bool](repeating: true, count: count)),
        metrics: ClassificationMetrics(
          logits: Array(logits.prefix(10 * count)), labels: Array(labels.prefix(count)),
          classes: 10, teacher: Array(logits.prefix(10 * count))))
    }
    let line = try JSONLines.line(
      JournalEvent.distilled(
        JournalEvent.Distilled(
          trial: 0, repetition: 0, isBaseline: false, outcome: .measured,
          validation: MadeUp.evaluation(1), test: MadeUp.evaluation(1),
          validationOutcome: outcome(5000), testOutcome: outcome(10_000), seconds: 1, steps: 1)))
    #expect(line.utf8.count < 6000, "\(line.utf8.count) bytes")
  }

  @Test("refuses a number that JSON cannot hold, and stays as it was")
  func notANumber() throws {
    let writing = try Writing([MadeUp.began])
    let journal = try Journal(writing.folder)
    let before = try writing.bytes()
    #expect(throws: (any Error).self) {
      try journal.append(
        .stageTimed(JournalEvent.StageTimed(stage: "search", seconds: .nan, workers: 1)))
    }
    #expect(try writing.bytes() == before)
    #expect(journal.state.stageSeconds.isEmpty)
  }

  @Test("says which file cannot be written in a folder that is read-only")
  func readOnlyFolder() throws {
    let temporary = try TemporaryFolder()
    // Nobody, not even root, makes files in /sys.
    try FileManager.default.createSymbolicLink(
      atPath: temporary.file("journal.jsonl"), withDestinationPath: "/sys/journal.jsonl")
    expectError([temporary.file("journal.jsonl"), "cannot append"]) {
      _ = try Journal(StudyFolder(temporary.path))
    }
  }

  @Test("says so where the disk is full, and takes the event for not having happened")
  func fullDisk() throws {
    let temporary = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(
      atPath: temporary.file("journal.jsonl"), withDestinationPath: "/dev/full")
    let journal = try Journal(StudyFolder(temporary.path))
    expectError([temporary.file("journal.jsonl"), "cannot write", "No space left"]) {
      try journal.append(MadeUp.began)
    }
    #expect(journal.state.began == nil)
  }
}
