import Foundation
import TestSupport
import Testing

@testable import Studies

/// A study with all that a search may begin with and be cut short by: an earlier study, students asked
/// for, and rungs. Run without a break, once.
private enum RichStudy {
  private static let rungs = "\"rungs\": {\"at\": [0.3, 0.6], \"keep\": 0.6}"
  static let text = TinyStudy.slow

  /// Eight flash trials, and nothing more.
  private static let earlier = Result {
    let study = try TinyStudy(text.setting("search", "{\"trials\": 8, \(rungs)}"))
    return (study: study, ended: try study.run("search"))
  }

  /// A study with the same teacher that begins with those trials, before it has begun.
  static func new() throws -> TinyStudy {
    let earlier = try earlier.get().study
    let study = try TinyStudy(copyOf: earlier)
    for path in [study.folder.journal, study.folder.report] {
      try FileManager.default.removeItem(atPath: path)
    }
    let tried = Set(try earlier.outcome().trials.map(\.key))
    let asked = ["212", "101", "000", "110", "201", "002", "111", "202", "102", "001"]
      .filter { !tried.contains($0) }.prefix(2)
    try study.write(
      text.setting("warm_start", "[\"\(earlier.folder.path)\"]")
        .setting(
          "search",
          """
          {"trials": 7, "initial_trials": 4, "look_ahead": 3, \(rungs),
           "enqueue": [\(asked.map { "\"\($0)\"" }.joined(separator: ", "))]}
          """))
    return study
  }

  private static let finished = Result {
    let study = try new()
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

@Suite("autodistill run with rungs, a queue and an earlier study", Program.isBuilt)
struct RungCommandTests {
  @Test("stops some trainings early, and its report says what that saved and what was taken over")
  func runs() throws {
    let ended = try RichStudy.ended()
    #expect(ended.status == 0, "\(ended.errors)")
    let study = try RichStudy.study()
    let state = try Journal.state(of: study.folder)
    #expect(state.carriedCount == 8 && state.trials.count == 15)
    let asked = try study.inputs().definition.search.enqueue
    #expect(state.ownTrials.prefix(2).map(\.key) == asked)
    let stopped = state.ownTrials.filter { $0.result?.outcome == .stopped }
    #expect(!stopped.isEmpty && stopped.count < 7)
    // 60 epochs of 20 steps; the rungs are after 360 and 720 of them.
    #expect(stopped.allSatisfy { [360, 720].contains($0.result?.steps) })
    #expect(state.finalists?.count == 2)
    #expect(Set(state.finalists ?? []).isDisjoint(with: stopped.map(\.number)))
    let report = String(decoding: try study.temporary.read("report/report.md"), as: UTF8.self)
    for part in [
      "\(stopped.count) of 7 were stopped", "8 flash results carried over", "2 students, tried",
    ] {
      #expect(report.contains(part), "\(report)")
    }
  }

  @Test("gives a trial that runs to its end the accuracy that it has without rungs")
  func undisturbed() throws {
    let study = try RichStudy.new()
    let state = try Journal.state(of: RichStudy.study().folder)
    let keys = state.ownTrials.filter { $0.flashAccuracy != nil }.map(\.key)
    #expect(!keys.isEmpty)
    let list = keys.map { "\"\($0)\"" }.joined(separator: ", ")
    try study.write(
      RichStudy.text.setting("finalists", "{\"count\": 1}")
        .setting("search", "{\"trials\": \(keys.count), \"enqueue\": [\(list)]}"))
    #expect(try study.run("search").status == 0)
    for trial in try study.outcome().trials {
      let other = state.trials.first { $0.key == trial.key }
      #expect(trial.result?.validation == other?.result?.validation && trial.result?.rungs == nil)
    }
  }

  @Test("comes to the same end with another number of workers", arguments: [1, 3])
  func workers(count: Int) throws {
    let study = try RichStudy.new()
    try RichStudy.expectSame(study, try study.run("run", "--workers", "\(count)"))
  }

  @Test("comes to the same end after kill -9 of everything at several moments")
  func killed() throws {
    let study = try RichStudy.new()
    var kills = 0
    // In the first trials, among the later ones, and in the full trainings.
    for length in [5, 12, 18] {
      let running = try study.start("run", "--workers", "2")
      _ = Processes.wait(seconds: 30) { study.hasLines(length) || !running.process.isRunning }
      study.killEverything()
      if try running.end().status == nil { kills += 1 }
    }
    #expect(kills >= 2)
    try RichStudy.expectSame(study, try study.run("run", "--workers", "2"))
  }

  @Test(
    "comes to the same end from a journal of any length, its last line half written",
    arguments: Thoroughness.pick([2, 3, 4, 6, 9, 13], usually: [4, 9]))
  func cutJournal(lines: Int) throws {
    let study = try TinyStudy(copyOf: RichStudy.study())
    try study.cutJournal(toLines: lines, andBytes: 40)
    try RichStudy.expectSame(study, try study.run("run", "--workers", "\(1 + lines % 3)"))
  }
}
