import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("what a study is told of trainings elsewhere")
struct ToldResultsTests {
  /// A study that has asked for one training and has its file.
  private func asked() throws -> (elsewhere: Elsewhere, text: String) {
    let elsewhere = try Elsewhere()
    _ = try elsewhere.ask(1)
    return (
      elsewhere, String(decoding: try elsewhere.study.temporary.read("next.json"), as: UTF8.self)
    )
  }

  @Test("is refused of another study, and of trainings that it does otherwise now")
  func others() throws {
    let (elsewhere, text) = try asked()
    let lines = elsewhere.study.journalLines()
    for (old, new, part) in [
      ("\"study\": \"tiny\"", "\"study\": \"other\"", "study: got \"other\""),
      ("\"epochs\": 1.5", "\"epochs\": 3", "trainings[0].epochs: got 3, expected 1.5"),
      ("\"batch\": 12", "\"batch\": 24", "trainings[0].batch: got 24, expected 12"),
      ("\"recipe\": \"", "\"recipe\": \"x ", "trainings[0].recipe: got \"x "),
      ("\"repetition\": 0", "\"repetition\": 2", "trainings[0].repetition"),
    ] {
      try elsewhere.study.temporary.write(text.replacing(old, with: new), to: "next.json")
      try elsewhere.fill("{\"validation\": {\"correct\": 4}}")
      expectError([elsewhere.path, part]) { try elsewhere.tell() }
    }
    #expect(elsewhere.study.journalLines() == lines)
  }

  @Test(
    "says one thing only",
    arguments: [
      ("{\"validation\": {\"correct\": 4, \"accuracy\": 0.5}}", "validation.accuracy"),
      ("{\"outcome\": \"diverged\", \"validation\": {\"correct\": 4}}", "result.validation"),
    ])
  func once(result: String, part: String) throws {
    let (elsewhere, _) = try asked()
    try elsewhere.fill(result)
    expectError([elsewhere.path, part]) { try elsewhere.tell() }
  }

  @Test("stays: the same again is nothing new, another result is refused with both")
  func again() throws {
    let (elsewhere, text) = try asked()
    try elsewhere.fill("{\"validation\": {\"correct\": 40}, \"seconds\": 3}")
    #expect(try elsewhere.tell() == 1)
    let lines = elsewhere.study.journalLines()
    try elsewhere.study.temporary.write(text, to: "next.json")
    try elsewhere.fill("{\"validation\": {\"correct\": 40}, \"seconds\": 4}")
    #expect(try elsewhere.tell() == 0)
    try elsewhere.study.temporary.write(text, to: "next.json")
    try elsewhere.fill("{\"validation\": {\"correct\": 41}}")
    expectError(["the flash training of", "40 of 60", "41 of 60"]) { try elsewhere.tell() }
    #expect(elsewhere.study.journalLines() == lines)
  }

  @Test("comes too late where the study has done the training itself")
  func late() throws {
    let (elsewhere, text) = try asked()
    let worker = try FakeWorker(in: elsewhere.study.temporary)
    let state = try StudyRun(worker)(elsewhere.study, through: .search)
    try elsewhere.study.temporary.write(text, to: "next.json")
    try elsewhere.fill("{\"validation\": {\"correct\": 40}}")
    #expect(try elsewhere.tell() == 0)
    #expect(try elsewhere.state().trials == state.trials)
  }

  @Test("does not keep a run from its end where only those who trained know the test split")
  func untested() throws {
    let elsewhere = try Elsewhere()
    // Flash and the audit, whose trainings leave the test split alone.
    while try elsewhere.state().audited == nil {
      _ = try elsewhere.ask()
      try elsewhere.answer()
      try elsewhere.tell()
      if try elsewhere.state().told.count(where: { $0.training.kind == .full }) == 3 { break }
    }
    let notes = Recorded<String>()
    var run = StudyRun(
      try FakeWorker(
        in: elsewhere.study.temporary,
        onTask: """
          if [ "$kind" = distill ]; then
            mkdir -p "$folder/candidates/$key"; : > "$folder/candidates/$key/weights.safetensors"
          fi
          [ $kind = test ] && say '{"id":-1,"status":"failed"}' || answer
          """))
    run.watch = { if case .note(let text) = $0 { notes.add(text) } }
    let state = try run(elsewhere.study)
    #expect(state.finalists?.count == 3 && state.audited?.trials.count == 3)
    #expect(state.untestedTrials.count == 3)
    #expect(
      notes.all.contains { $0.contains("trained elsewhere, and not known on the test split") })
    // Who asks is told what is missing.
    #expect(try elsewhere.ask().allSatisfy { $0.name.kind == .test })
    try elsewhere.answer()
    #expect(try elsewhere.tell() == 3)
    _ = try elsewhere.ask()
    #expect(try elsewhere.state().untestedTrials.isEmpty)
  }
}
