import FileFormats
import Foundation
import TestSupport
import Testing

@testable import FlashBenchmark
@testable import Studies

@Suite("a benchmark of flash recipes")
struct FlashBenchmarkRunTests {
  private static let total = 52

  private static let finished = Result {
    let study = try SmallBenchmark.study()
    let table = try SmallBenchmark.run(study, SmallBenchmark.worker(in: study), workers: 1)
    return (study: study, table: table)
  }

  @Test("trains everything once: full, flash of the headline's recipe, the others, repetitions")
  func order() throws {
    let (study, table) = try Self.finished.get()
    let tasks = try SmallBenchmark.tasks(study)
    #expect(tasks.count == Self.total)
    let all = (0..<10).map { "\($0) 0" }
    let ranked = (0..<8).map { "\($0) 0" }
    #expect(
      Array(tasks.prefix(10))
        == all.map { "distill \($0)" })
    #expect(Array(tasks[10..<20]) == all.map { "flash \($0)" })
    #expect(Array(tasks[20..<36]) == (ranked + ranked).map { "flash \($0)" })
    #expect(Array(tasks[36..<44]) == (0..<8).map { "distill \($0) 1" })
    #expect(Array(tasks[44...]) == (0..<8).map { "flash \($0) 1" })
    #expect(!table.contains("Unfinished"))
    for part in [
      "| costs alone | log MACs | 8 |", "| full | another seed | 8 |", "| cut | accuracy | 8 |",
      "| half | projected | 8 |", "| half | posterior | 8 |", "| warm | likelihood | 8 |",
      "| half | posterior, 4 others audited | 4 |", "## End to end, half",
    ] {
      #expect(table.contains(part), "\(part) in\n\(table)")
    }
  }

  @Test("says of each training what it took")
  func records() throws {
    let (study, _) = try Self.finished.get()
    let lines = try SmallBenchmark.lines(study)
    #expect(lines.count == Self.total + 1 && lines[0]["kind"] as? String == "teacher")
    // The made-up worker says seven steps of each.
    let full = try #require(lines.first { $0["kind"] as? String == "full" })
    #expect(full["images"] as? Int == 7 * 24 && full["statistics_images"] as? Int == 4 * 24)
    #expect(full["test"] != nil && full["recipe"] == nil)
    let warm = try #require(lines.first { $0["recipe"] as? String == "warm" })
    #expect(warm["images"] as? Int == 7 * 8 && warm["statistics_images"] as? Int == 4 * 8)
    #expect(warm["test"] == nil)
    let macs = try #require(warm["macs"] as? Int)
    let training = try #require(warm["training_macs"] as? Int)
    #expect(training > 2 * macs && training < 3 * macs)
    // Cut after six of the full schedule's thirty steps, so a seventh was not trained.
    let cut = try #require(lines.first { $0["recipe"] as? String == "cut" })
    #expect(cut["steps"] as? Int == 6 && cut["images"] as? Int == 6 * 24)
  }

  @Test("has the same table for any number of workers")
  func workers() throws {
    let study = try SmallBenchmark.study()
    let table = try SmallBenchmark.run(study, SmallBenchmark.worker(in: study), workers: 3)
    #expect(try table == Self.finished.get().table)
  }

  @Test("continues after a stop and after a kill in the middle of a line, with the same table")
  func resumed() throws {
    let study = try SmallBenchmark.study()
    let worker = try SmallBenchmark.worker(in: study)
    for notes in [4, 9, 18] {
      #expect(throws: StudyError.interrupted) {
        try SmallBenchmark.run(study, worker, workers: 1, stopsAfter: notes)
      }
    }
    let partial = try FlashBenchmark(study.inputs()).table()
    #expect(partial.contains("Unfinished: ") && partial.contains("of \(Self.total) trainings"))
    let file = study.temporary.file("runs.jsonl")
    var data = try Data(contentsOf: URL(filePath: file))
    let lines = data.count { $0 == UInt8(ascii: "\n") }
    #expect((10..<Self.total).contains(lines))
    // A kill leaves half a line; and one line is lost, which is trained again.
    data.removeLast(40)
    try data.write(to: URL(filePath: file))
    #expect(try SmallBenchmark.run(study, worker) == Self.finished.get().table)
    #expect(try SmallBenchmark.lines(study).count == Self.total + 1)
    let before = try SmallBenchmark.tasks(study).count
    _ = try SmallBenchmark.run(study, worker)
    #expect(try SmallBenchmark.tasks(study).count == before)
  }

  @Test("refuses a file with a damaged line, naming it")
  func damaged() throws {
    let study = try TinyStudy(copyOf: Self.finished.get().study)
    let path = study.temporary.file("runs.jsonl")
    var lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    lines[4] = "{\"kind\": \"half\"}"
    try study.temporary.write(lines.map { $0 + "\n" }.joined(), to: "runs.jsonl")
    expectError(["runs.jsonl:5", "unknown value at kind"]) {
      _ = try FlashBenchmark(study.inputs()).table()
    }
  }

  @Test("trains a recipe again when it changes, and only that; a new name changes nothing")
  func changed() throws {
    let study = try TinyStudy(copyOf: Self.finished.get().study)
    let worker = try SmallBenchmark.worker(in: study)
    func tasks(_ old: String, _ new: String) throws -> Int {
      let before = try SmallBenchmark.tasks(study).count
      let text = SmallBenchmark.text.replacingOccurrences(of: old, with: new)
      try study.temporary.write(text, to: "benchmark.json")
      _ = try SmallBenchmark.run(study, worker)
      return try SmallBenchmark.tasks(study).count - before
    }
    #expect(try tasks("\"name\": \"warm\"", "\"name\": \"hot\"") == 0)
    #expect(try tasks("\"temperature\": 2", "\"temperature\": 3") == 8)
    #expect(try tasks("", "") == 0)
    #expect(try tasks("\"fraction\": 0.5", "\"fraction\": 0.4") == 18)
    #expect(try tasks("\"full_seeds\": 2", "\"full_seeds\": 3") == 8)
    // Two names for one recipe are one training.
    #expect(
      try tasks("{\"fraction\": 0.25, \"batch\": 8}, \"full\": {\"temperature\": 2}", "{}") == 0)
    // What all are compressed from.
    try study.write(.tiny.setting("full", "{\"epochs\": 4, \"batch\": 24, \"learning_rate\": 0.1}"))
    #expect(try tasks("", "") == Self.total)
  }

  @Test("counts a failed flash training as guessing, and leaves out students without full results")
  func failures() throws {
    let study = try SmallBenchmark.study()
    let worker = try SmallBenchmark.worker(
      in: study,
      onTask: """
        [ "$kind$student" = distill2 ] && { say '{"id":'$id',"status":"diverged"}'; continue; }
        [ "$kind$student" = flash5 ] && kill -SEGV $$
        """)
    let table = try SmallBenchmark.run(study, worker)
    let lines = try SmallBenchmark.lines(study)
    #expect(lines.count { $0["outcome"] as? String == "diverged" } == 2)
    #expect(lines.count { $0["outcome"] as? String == "crashed" } == 4)
    #expect(table.contains("a full training failed: 1."))
    #expect(table.contains("| half | accuracy | 7 |") && table.contains("| cut | accuracy | 7 |"))
    let benchmark = try FlashBenchmark(study.inputs())
    let hash = try #require(try BenchmarkLog.contents(of: benchmark.logPath).teacher).weightsHash
    let results = try BenchmarkResults(
      BenchmarkPlan(
        benchmark.definition, students: benchmark.students, inputs: benchmark.inputs,
        teacherHash: hash), BenchmarkLog.contents(of: benchmark.logPath).records)
    #expect(results.judged == [0, 1, 3, 4, 5, 6, 7])
    #expect(results.score(.accuracy, 1, 5, classes: 3) == 1.0 / 3)
    #expect(results.score(.likelihood, 1, 5, classes: 3) == -log(3.0))
    #expect(results.estimates(1, [5, 0])[0] == nil && results.estimates(1, [5, 0])[1] != nil)
  }

  @Test("is judged by as many seeds as half of the students have, while it is unfinished")
  func unfinished() throws {
    let study = try SmallBenchmark.study()
    let benchmark = try FlashBenchmark(study.inputs())
    for (missing, seeds, judged) in [(0, 2, 8), (4, 2, 4), (5, 1, 8)] {
      let results = try BenchmarkResults(
        benchmark,
        leavingOut: { $0.kind == .full && $0.repetition == 1 && $0.student < missing },
        validation: { 500 + $0.student })
      #expect(results.seeds == seeds && results.judged.count == judged)
    }
  }

  @Test("does not mix results of two teachers")
  func teachers() throws {
    let study = try TinyStudy(copyOf: Self.finished.get().study)
    let worker = try SmallBenchmark.worker(in: study)
    var file = try SafetensorsFile.read(study.folder.teacherWeights)
    let name = try #require(file.tensors.keys.sorted().first)
    let tensor = try #require(file.tensors[name])
    file = SafetensorsFile(
      tensors: file.tensors.merging(
        [name: NumericArray(shape: tensor.shape, tensor.asFloats().map { $0 * 1.01 })]
      ) { $1 }, metadata: file.metadata)
    try file.write(to: study.folder.teacherWeights)
    // Nothing is missing, so no teacher is needed.
    #expect(try SmallBenchmark.run(study, worker) == Self.finished.get().table)
    let text = SmallBenchmark.text.replacingOccurrences(of: "\"seeds\": 2", with: "\"seeds\": 3")
    try study.temporary.write(text, to: "benchmark.json")
    expectError(["the teacher's weights has changed"]) {
      _ = try SmallBenchmark.run(study, worker)
    }
  }
}
