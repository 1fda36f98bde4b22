import Distillation
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("an event of a journal without checksums")
struct PossibleEventTests {
  @Test(
    "that says something impossible is refused with its line, field and value",
    arguments: [
      (
        "finished", "\"correct\":800", "\"correct\":1001",
        "validation.correct is 1001, expected 0 to 1000"
      ),
      ("finished", "\"correct\":800", "\"correct\":-5", "validation.correct is -5"),
      (
        "finished", "\"correct\":800", "\"correct\":9223372036854775807",
        "validation.correct is 9223372036854775807"
      ),
      ("finished", "\"count\":1000", "\"count\":0", "validation.count is 0"),
      ("finished", "\"count\":1000", "\"count\":-1", "validation.count is -1"),
      (
        "finished", "\"count\":1000", "\"count\":9223372036854775807",
        "validation.count is 9223372036854775807"
      ),
      ("finished", "\"seconds\":0.", "\"seconds\":1e308,\"s\":0.", "seconds is 1e+308"),
      ("finished", "\"seconds\":0.", "\"seconds\":-0.", "seconds is -0."),
      ("finished", "\"seconds\":0.", "\"seconds\":1e999,\"s\":0.", "journal.jsonl:"),
      ("finished", "\"seconds\":0.", "\"seconds\":NaN,\"s\":0.", "not valid JSON"),
      ("finished", "\"steps\":10", "\"steps\":-10", "steps is -10"),
      ("finished", "\"validation\"", "\"valldation\"", "validation is missing"),
      (
        "finished", "\"negative_log_likelihood\":0.", "\"negative_log_likelihood\":-7.",
        "negative_log_likelihood is -7"
      ),
      ("proposed", "\"latency_ms\":0.", "\"latency_ms\":-1.", "costs.latency_ms is -1"),
      ("proposed", "\"macs\":700", "\"macs\":-700", "costs.macs is -700"),
      (
        "proposed", "\"macs\":700", "\"macs\":9223372036854775807",
        "costs.macs is 9223372036854775807"
      ),
      ("screened", "\"feasible\":12", "\"feasible\":401", "feasible is 401, expected 0 to 400"),
      ("stage_timed", "\"seconds\":12", "\"seconds\":-12", "seconds is -12"),
      ("measured", "\"latency_ms\":0.7", "\"latency_ms\":-1", "latency_ms is -1.0"),
      ("measured", "\"samples\":60", "\"samples\":0", "samples is 0"),
      ("rescored", "\"fraction\":0.1", "\"fraction\":-0.1", "fraction is -0.1"),
      ("distilled", "\"repetition\":0", "\"repetition\":-1", "repetition is -1"),
      ("audited", "\"macs_spearman\":0.", "\"macs_spearman\":7.", "macs_spearman is 7."),
      ("kept", "candidates/k0", "../../k0", "files.path is"),
      ("kept", "candidates/k0", "/etc/k0", "files.path is"),
    ])
  func impossible(event: String, text: String, change: String, reason: String) throws {
    let temporary = try TemporaryFolder()
    let written = JournalText.old(
      try Journal.text(of: MadeUp.everyKind).split(separator: "\n").map(String.init))
    var lines = written.split(separator: "\n").map(String.init)
    let place = try #require(
      lines.firstIndex { $0.contains("\"event\":\"\(event)\"") && $0.contains(text) })
    lines[place] = lines[place].replacing(text, with: change, maxReplacements: 1)
    try temporary.write(lines.map { $0 + "\n" }.joined(), to: "journal.jsonl")
    expectError(["journal.jsonl:\(place + 1): ", reason]) {
      _ = try Journal.state(of: StudyFolder(temporary.path))
    }
  }

  @Test("is never written where nobody would read it")
  func append() throws {
    let temporary = try TemporaryFolder()
    let journal = try Journal(StudyFolder(temporary.path))
    try journal.append(MadeUp.began)
    try journal.append(MadeUp.proposed(0, macs: 700))
    let before = try temporary.read("journal.jsonl")
    expectError([temporary.file("journal.jsonl"), "cannot be", "validation.correct is 1001"]) {
      try journal.append(MadeUp.finished(0, 1001))
    }
    #expect(try temporary.read("journal.jsonl") == before)
    #expect(journal.state.trials.first?.result == nil)
    #expect(try Journal.state(of: StudyFolder(temporary.path)).trials.count == 1)
  }

  @Test("of images whose answers are not as many is refused")
  func outcome() {
    let event = JournalEvent.distilled(
      JournalEvent.Distilled(
        trial: 0, repetition: 0, isBaseline: false, outcome: .measured,
        validation: MadeUp.evaluation(3, of: 40), test: nil, validationOutcome: MadeUp.outcome,
        seconds: 2, steps: 9))
    #expect(event.impossibility?.contains("correct_images is 1 bytes, expected 5") == true)
    #expect(MadeUp.everyKind.allSatisfy { $0.impossibility == nil })
  }

  @Test("with a confusion matrix beyond all numbers is refused, and not added up")
  func confusion() {
    let decoder = JSONDecoder()
    for rows in [
      "[[0, 0, 9223372036854775807], [1, 1, 9223372036854775807]]",
      "[[0, 9223372036854775807, 1]]", "[[100000, 0, 100000]]",
    ] {
      #expect(throws: DecodingError.self) {
        try decoder.decode(ConfusionCounts.self, from: Data(rows.utf8))
      }
    }
    #expect(throws: Never.self) {
      try decoder.decode(ConfusionCounts.self, from: Data("[[0, 999, 1000000]]".utf8))
    }
  }
}
