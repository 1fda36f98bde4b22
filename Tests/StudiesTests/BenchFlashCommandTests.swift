import Foundation
import TestSupport
import Testing

@testable import FlashBenchmark
@testable import Studies

@Suite("autodistill bench flash", Program.isBuilt)
struct BenchFlashCommandTests {
  /// Six students; the first recipe is the study's own, the last two are one training said in two ways.
  private static let text = """
    {"format": "autodistill-flash-benchmark/1", "students": 6, "full_seeds": 2,
     "recipes": [
       {"name": "own", "seeds": 2},
       {"name": "cut", "flash": {"fraction": 0.2}, "cut": true},
       {"name": "cut to all", "flash": {"fraction": 1}, "cut": true},
       {"name": "all", "flash": {"fraction": 1, "batch": 24}}
     ], "recipe": "own"}
    """
  private static let search = "{\"sampler\": \"random\", \"trials\": 6, \"look_ahead\": 2}"

  private static func benchmark(full: String? = nil) throws -> TinyStudy {
    var study = StudyText.tiny.setting("search", search)
      .setting("finalists", "{\"count\": 2, \"seeds\": 2, \"baseline\": false}")
    if let full { study = study.setting("full", full) }
    return try SmallBenchmark.study(text, study: study)
  }

  private static func run(_ study: TinyStudy, _ options: String...) throws -> Program.Ended {
    try Program.Running(["bench", "flash", study.folder.path] + options).end()
  }

  private static let finished = Result {
    let study = try benchmark()
    let ended = try run(study, "--workers", "2", "--table", study.temporary.file("table.md"))
    #expect(ended.status == 0 && ended.output.isEmpty, "\(ended.errors)")
    return study
  }

  private func table(_ study: TinyStudy) throws -> String {
    String(decoding: try study.temporary.read("table.md"), as: UTF8.self)
  }

  /// The trainings of a recipe, or the full ones for nil, by student and repetition.
  private func results(
    _ study: TinyStudy, _ recipe: String?
  ) throws -> [String: TrainingRecord] {
    let records = try BenchmarkLog.contents(of: study.temporary.file("runs.jsonl")).records.values
      .filter { $0.recipe == recipe }
    return Dictionary(uniqueKeysWithValues: records.map { ("\($0.key) \($0.repetition)", $0) })
  }

  @Test("trains as the study of its folder does")
  func asStudy() throws {
    let study = try TinyStudy(copyOf: Self.finished.get())
    let ended = try study.run("run", "--workers", "2")
    #expect(ended.status == 0, "\(ended.errors)")
    let outcome = try study.outcome()
    let (own, full) = (try results(study, "own"), try results(study, nil))
    #expect(own.count == 12 && full.count == 12 && outcome.trials.count == 6)
    for trial in outcome.trials {
      #expect(own["\(trial.key) 0"]?.validation == trial.result?.validation)
    }
    for result in outcome.distilled {
      let line = full["\(outcome.trials[result.trial].key) \(result.repetition)"]
      #expect(line?.validation == result.validation && line?.test == result.test)
      #expect(line?.steps == 30)
    }
  }

  @Test("trains other recipes, cut ones too, and other seeds")
  func recipes() throws {
    let study = try Self.finished.get()
    let (cut, cutToAll, all) = (
      try results(study, "cut"), try results(study, "cut to all"), try results(study, "all")
    )
    let (own, full) = (try results(study, "own"), try results(study, nil))
    #expect(cut.count == 6 && all.count == 6)
    for (student, line) in all {
      #expect(line.validation == cutToAll[student]?.validation)
      #expect(line.validation != own[student]?.validation)
      // The full training draws other numbers.
      #expect(line.validation != full[student]?.validation)
      #expect(line.steps == 30 && line.images == 720)
      let early = try #require(cut[student])
      #expect(early.steps == 6 && early.images == 144)
      #expect(early.validation != line.validation && early.outcome == .measured)
      let again = student.replacingOccurrences(of: " 0", with: " 1")
      #expect(own[again]?.validation != own[student]?.validation)
      #expect(own[student]?.images == 360)
    }
  }

  @Test("ends with the same table for one worker or two, and if it is killed on the way")
  func killed() throws {
    let table = try table(Self.finished.get())
    #expect(table.contains("| all | accuracy | 6 |"))
    let study = try Self.benchmark()
    var kills = 0
    for lines in [2, 20] {
      let running = try Program.Running(
        ["bench", "flash", study.folder.path, "--workers", "1"])
      let isThere = Processes.wait(seconds: 30) {
        ((try? SmallBenchmark.lines(study).count) ?? 0) >= lines || !running.process.isRunning
      }
      #expect(isThere)
      if running.process.isRunning { kills += 1 }
      study.killEverything()
      _ = try? running.end()
    }
    #expect(kills > 0)
    let ended = try Self.run(study, "--workers", "1", "--table", study.temporary.file("table.md"))
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(try self.table(study) == table)
    let only = try Self.run(study, "--table-only")
    #expect(only.status == 0 && only.output == table + "\n" && only.errors.isEmpty)
  }

  @Test("says what is wrong with its folder, with status 3")
  func wrong() throws {
    let study = try TinyStudy()
    let ended = try Self.run(study)
    #expect(ended.status == 3 && ended.errors.contains("benchmark.json"), "\(ended.errors)")
    try study.temporary.write(Self.text, to: "benchmark.json")
    let untrained = try Self.run(study, "--table-only")
    #expect(untrained.status == 0 && untrained.output.contains("0 students have"))
    try FileManager.default.removeItem(atPath: study.temporary.file("images.npy"))
    let absent = try Self.run(study, "--table-only")
    #expect(absent.status == 3 && absent.errors.contains("no such data file"))
  }
}
