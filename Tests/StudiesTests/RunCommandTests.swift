import Foundation
import TestSupport
import Testing

@testable import Studies

/// A study that was run without a break, once.
enum FinishedStudy {
  private static let run = Result {
    let study = try TinyStudy(TinyStudy.slow)
    return (study: study, ended: try study.run("run", "--workers", "2"))
  }

  static func study() throws -> TinyStudy { try run.get().study }
  static func ended() throws -> Program.Ended { try run.get().ended }

  /// Expects a study to have come to the same end.
  static func expectSame(
    _ other: TinyStudy, _ ended: Program.Ended, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try other.expectSameEnd(ended, as: study(), sourceLocation: sourceLocation)
  }
}

@Suite("autodistill run", Program.isBuilt)
struct RunCommandTests {
  @Test("takes a study to its front and says what to do next")
  func runs() throws {
    let study = try FinishedStudy.study()
    let ended = try FinishedStudy.ended()
    #expect(ended.status == 0, "\(ended.errors)")
    let outcome = try study.outcome()
    #expect(outcome.trials.count == 8 && outcome.finalists?.count == 2)
    #expect(outcome.distilled.count == 4)
    // Every eighth student is trained twice, and another seed gives something else.
    let repeats = outcome.trials.compactMap { $0.result?.repeats }
    #expect(repeats.count == 1 && repeats[0] == outcome.trials[0].result?.repeats)
    #expect(repeats[0].count == 1 && repeats[0][0] != outcome.trials[0].result?.validation)
    #expect(outcome.distilled.allSatisfy { $0.outcome == .measured && $0.test?.count == 60 })
    for trial in outcome.finalists ?? [] {
      #expect(study.temporary.has("candidates/\(outcome.trials[trial].key)/weights.safetensors"))
    }
    let front = try study.front()
    #expect(front.split(whereSeparator: \.isNewline).count == 3 && front.hasPrefix("on_front,key,"))
    for part in ["report/index.html", "report/front.csv", "next:    autodistill export"] {
      #expect(ended.output.contains(part), "\(ended.output)")
    }
  }

  @Test("leaves nothing behind but what the study's folder should hold")
  func files() throws {
    let study = try FinishedStudy.study()
    var names: [String] = []
    for name in try FileManager.default.subpathsOfDirectory(atPath: study.folder.path) {
      if name.contains("checkpoint") || name.contains("partial") { names.append(name) }
    }
    #expect(names.isEmpty)
    #expect(study.workers.isEmpty)
  }

  @Test(
    "comes to the same end with any number of workers and threads",
    arguments: Thoroughness.pick([1, 3, 4, 9], usually: [1, 4]))
  func workers(count: Int) throws {
    let study = try TinyStudy(TinyStudy.slow)
    let ended = try study.run("run", "--workers", "\(count)", "--threads", "\(count)")
    try FinishedStudy.expectSame(study, ended)
  }

  @Test("comes to the same end in two stages")
  func stages() throws {
    let study = try TinyStudy(TinyStudy.slow)
    #expect(try study.run("search").status == 0)
    #expect(try study.outcome().searchEnded != nil && study.outcome().finalists == nil)
    try FinishedStudy.expectSame(study, try study.run("distill"))
  }

  @Test("has nothing to do when it is done")
  func again() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let lines = study.journalLines()
    try FinishedStudy.expectSame(study, try study.run())
    #expect(study.journalLines() == lines)
  }

  @Test("comes to the same end after kill -9 of everything at several moments")
  func killed() throws {
    let study = try TinyStudy(TinyStudy.slow)
    var lengths: [Int] = []
    var kills = 0
    for length in [1, 6, 12, 17, 23] {
      let running = try study.start("run", "--workers", "2")
      _ = Processes.wait(seconds: 30) { study.hasLines(length) || !running.process.isRunning }
      study.killEverything()
      // A run that was over before it was killed is no fault, but proves nothing.
      if try running.end().status == nil { kills += 1 }
      lengths.append(study.journalLines().count)
    }
    #expect(kills >= 3)
    #expect(lengths == lengths.sorted())
    try FinishedStudy.expectSame(study, try study.run("run", "--workers", "2"))
  }

  @Test(
    "comes to the same end from a journal of any length, its last line half written",
    arguments: Thoroughness.pick(
      [0, 1, 2, 3, 7, 15, 19, 20, 21, 22, 24], usually: [2, 15, 21, 24]))
  func cutJournal(lines: Int) throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    try study.cutJournal(toLines: lines, andBytes: 17)
    try FinishedStudy.expectSame(study, try study.run("run", "--workers", "\(1 + lines % 3)"))
  }
}
