import Foundation
import TestSupport
import Testing

@testable import Studies

/// A study whose audit raises the flash fraction: no ranking of six is perfect enough for it. Run without
/// a break, once.
private enum RaisedStudy {
  static let text = StudyText.tiny
    .setting("search", "{\"trials\": 9, \"initial_trials\": 4, \"look_ahead\": 3}")
    .setting("flash", "{\"fraction\": 0.05, \"batch\": 12, \"statistics_batches\": 4}")
    .setting("full", "{\"epochs\": 120, \"batch\": 24, \"learning_rate\": 0.1}")
    .setting(
      "audit", "{\"count\": 6, \"at\": 0.66, \"smallest_correlation\": 1, \"raise\": 3}")

  private static let finished = Result {
    let study = try TinyStudy(text)
    return (study: study, ended: try study.run("run", "--workers", "2"))
  }

  static func study() throws -> TinyStudy { try finished.get().study }
  static func ended() throws -> Program.Ended { try finished.get().ended }

  static func expectSame(
    _ other: TinyStudy, _ ended: Program.Ended, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try other.expectSameEnd(ended, as: study(), sourceLocation: sourceLocation)
  }
}

@Suite("autodistill run with an audit", Program.isBuilt)
struct AuditCommandTests {
  @Test("raises the flash fraction where flash does not rank, and its report says so")
  func runs() throws {
    let ended = try RaisedStudy.ended()
    #expect(ended.status == 0, "\(ended.errors)")
    let study = try RaisedStudy.study()
    let state = try Journal.state(of: study.folder)
    let audited = try #require(state.audited)
    #expect(audited.trials == Array(0..<6) && audited.verdict == .raised)
    #expect(abs(audited.fraction - 0.15) < 1e-12 && state.rescored.count == 6)
    // 6 epochs of 20 steps, then 18.
    let steps = state.trials.map { $0.result?.steps }
    #expect(steps == Array(repeating: 120, count: 6) + Array(repeating: 360, count: 3))
    #expect(state.rescored.allSatisfy { $0.steps == 360 && $0.validation?.count == 60 })
    let results = StudyResults(try study.inputs().definition, state)
    #expect(results.students.count == state.fullTrials.count)
    #expect(results.students.allSatisfy { $0.test.first?.count == 60 })
    #expect(results.audit?.stratifiedCount == 6)
    for trial in state.fullTrials {
      #expect(study.temporary.has("candidates/\(state.trials[trial].key)/weights.safetensors"))
    }
    let report = String(decoding: try study.temporary.read("report/report.md"), as: UTF8.self)
    for part in [
      "raised from 5.0 % to 15.0 % from trial 6 on", "That is too little", "weak evidence",
    ] {
      #expect(report.contains(part), "\(report)")
    }
  }

  @Test("comes to the same end with another number of workers", arguments: [1, 3])
  func workers(count: Int) throws {
    let study = try TinyStudy(RaisedStudy.text)
    try RaisedStudy.expectSame(study, try study.run("run", "--workers", "\(count)"))
  }

  @Test("comes to the same end after kill -9 of everything at several moments")
  func killed() throws {
    let study = try TinyStudy(RaisedStudy.text)
    var kills = 0
    // Before the audit, in its full trainings, where it scores again, and in the last stage.
    for text in ["finished", "distilled", "rescored", "tested"] {
      let running = try study.start("run", "--workers", "2")
      let line = "\"event\":\"\(text)\""
      _ = Processes.wait(seconds: 30) {
        study.hasLines(2, with: line) || !running.process.isRunning
      }
      study.killEverything()
      if try running.end().status == nil { kills += 1 }
    }
    #expect(kills >= 2)
    try RaisedStudy.expectSame(study, try study.run("run", "--workers", "2"))
  }

  @Test(
    "comes to the same end from a journal cut within and after the audit",
    arguments: Thoroughness.every(2, of: 0..<6))
  func cutJournal(part: Int) throws {
    let study = try TinyStudy(copyOf: RaisedStudy.study())
    let lines = study.journalLines()
    let first = try #require(lines.firstIndex { $0.contains("\"event\":\"distilled\"") })
    // A training whose weights are there, but not its line, is done again.
    try study.cutJournal(toLines: first + part * (lines.count - first) / 6, andBytes: 40)
    try RaisedStudy.expectSame(study, try study.run("run", "--workers", "\(1 + part / 2 % 2)"))
  }
}
