import FileFormats
import Foundation
import TestSupport
import Testing

@testable import FlashBenchmark
@testable import Studies

@Suite("benchmark.json")
struct FlashBenchmarkReadingTests {
  private func definition(_ text: String) throws -> FlashBenchmarkDefinition {
    try FlashBenchmarkDefinition(
      JSONField(json: Data(text.utf8), file: "benchmark.json"),
      study: StudyText.tiny.definition())
  }

  private func changed(_ old: String, _ new: String) -> String {
    SmallBenchmark.text.replacingOccurrences(of: old, with: new)
  }

  @Test("says which students, seeds and recipes")
  func read() throws {
    let read = try definition(SmallBenchmark.text)
    #expect(read.students == 8 && read.fullSeeds == 2 && read.extraStudents == 2)
    #expect(read.recipes.map(\.name) == ["cut", "half", "warm"] && read.headline == 1)
    #expect(
      read.recipes.map(\.seeds) == [1, 2, 1]
        && read.recipes.map(\.variant.isCut) == [true, false, false])
    #expect(
      read.recipes[2].variant.full == "{\"temperature\":2}" && read.recipes[0].variant.full == nil)
    #expect(read.targetSplit == .test)
    #expect(
      try definition(changed("\"students\"", "\"target_split\": \"validation\", \"students\""))
        .targetSplit == .validation)
  }

  @Test("is refused with the field, its value and what was expected")
  func refused() throws {
    for (text, parts) in [
      (changed("benchmark/1", "benchmark/2"), ["format: got \"autodistill-flash-benchmark/2\""]),
      (changed("\"students\": 8", "\"students\": 3"), ["students: got 3", "from 4"]),
      (changed("\"full_seeds\": 2,", ""), ["the key \"full_seeds\" too"]),
      (changed("full_seeds", "full_sedes"), ["full_sedes", "did you mean \"full_seeds\"?"]),
      (
        changed("\"name\": \"warm\"", "\"name\": \"cut\""),
        ["recipes[2].name: got \"cut\"", "of its own"]
      ),
      (
        changed("\"recipe\": \"half\"", "\"recipe\": \"hlaf\""),
        ["recipe: got \"hlaf\"", "\"cut\", \"half\", \"warm\""]
      ),
      (
        changed("\"temperature\": 2", "\"temperature\": -2"),
        ["recipes[2].full.temperature: got -2"]
      ),
      (changed("\"fraction\": 0.5", "\"fraction\": 5"), ["recipes[1].flash.fraction: got 5"]),
      (
        changed("\"fraction\": 0.2}", "\"fraction\": 0.2, \"batch\": 8}"),
        ["recipes[0].flash.batch: got 8", "with \"cut\""]
      ),
      (changed("\"seeds\": 2", "\"seeds\": 0"), ["recipes[1].seeds: got 0"]),
    ] {
      expectError(["benchmark.json"] + parts) { _ = try definition(text) }
    }
    expectError(["recipes: got", "at least one flash recipe"]) {
      _ = try definition(
        """
        {"format": "autodistill-flash-benchmark/1", "students": 8, "full_seeds": 2, "recipes": [],
         "recipe": "half"}
        """)
    }
  }

  @Test("is held against the data and the space")
  func inputs() throws {
    for (text, parts) in [
      (
        changed("\"batch\": 8", "\"batch\": 500"),
        ["recipes[2].flash.batch: got 500", "at most 240"]
      ),
      (
        changed("\"temperature\": 2", "\"augmentation\": {\"shift_pixels\": 50}"),
        ["recipes[2].full.augmentation"]
      ),
      (
        changed(
          "\"temperature\": 2",
          "\"augmentation\": {\"flip\": true}, \"teacher_view\": \"stored\""),
        ["recipes[2].full.teacher_view: got \"stored\"", "of another augmentation"]
      ),
      (
        changed("\"extra_students\": 2", "\"extra_students\": 12"),
        ["students: got 20", "at most 15"]
      ),
    ] {
      let study = try SmallBenchmark.study(text)
      expectError(parts) { _ = try FlashBenchmark(study.inputs()) }
    }
    let study = try TinyStudy()
    expectError(["benchmark.json", "there is no such file"]) {
      _ = try FlashBenchmark(study.inputs())
    }
  }

  @Test("has the students that a study with the random sampler tries first")
  func students() throws {
    let study = try SmallBenchmark.study(
      study: .tiny.setting("search", "{\"sampler\": \"random\", \"trials\": 10, \"look_ahead\": 3}")
    )
    let drawn = try FlashBenchmark(study.inputs()).students
    let state = try StudyRun(try FakeWorker(in: study.temporary))(study, through: .search)
    #expect(drawn.count == 10 && drawn.map(\.key) == state.trials.map(\.key))
    #expect(drawn.map(\.costs) == state.trials.map(\.costs))
  }
}
