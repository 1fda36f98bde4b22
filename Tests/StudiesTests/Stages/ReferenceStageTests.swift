import Foundation
import TestSupport
import Testing

@testable import Studies

/// A study whose search tries two of three reference designs, all its students being finalists, that was run
/// without a break with made-up workers, once.
private enum Whole {
  static let text = StudyText.tiny
    .setting("search", #"{"trials": 3, "sampler": "random", "enqueue": ["deep", "000", "001"]}"#)
    .setting("finalists", #"{"count": 3, "seeds": 2, "baseline": true}"#)
    .setting("references", "true")

  private static let made = Result {
    let study = try studyWithReferences(text)
    try StudyRun(try worker(study))(study)
    return study
  }

  static func study() throws -> TinyStudy { try made.get() }

  /// Answers and leaves weights and a checkpoint, as a real one would that was killed.
  static func worker(_ study: TinyStudy, onTask: String = "answer") throws -> FakeWorker {
    try FakeWorker(
      in: study.temporary,
      onTask: """
        if [ "$kind" = distill ]; then
          mkdir -p "$folder/candidates/$key"; : > "$folder/candidates/$key/weights.safetensors"
          rest=${line#*'"repetition":'}; repetition=${rest%%[,\\}]*}
          : > "$folder/candidates/$key/distilled-$repetition.checkpoint.safetensors"
          echo "$key" >> "$folder/tasks"
        fi
        \(onTask)
        """)
  }

  /// A copy that has come to the end of the finalists' trainings.
  static func before() throws -> TinyStudy {
    let study = try TinyStudy(copyOf: study())
    let lines = study.journalLines()
    try study.cutJournal(
      toLines: try #require(lines.firstIndex { $0.contains("\"references_chosen\"") }))
    try FileManager.default.removeItem(atPath: study.folder.candidate("101"))
    try? FileManager.default.removeItem(atPath: study.temporary.file("tasks"))
    return study
  }

  static func tasks(_ study: TinyStudy) -> [String] {
    guard let data = try? study.temporary.read("tasks") else { return [] }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}

@Suite("the trainings of reference designs")
struct ReferenceStageTests {
  @Test("have the finalists' seeds, no baseline, and leave out what the search has trained")
  func whole() throws {
    let study = try Whole.study()
    let state = try Journal.state(of: study.folder)
    #expect(state.trials.map(\.key) == ["212", "000", "001"] && state.finalists == [0, 1, 2])
    #expect(state.distilled.count == 12)
    #expect(state.references?.designs.map(\.name) == ["deep", "small", "middle"])
    #expect(state.referenceTrainings.map(\.name) == ["middle", "middle"])
    #expect(Set(state.referenceTrainings.map(\.repetition)) == [0, 1])
    #expect(Whole.tasks(study).count { $0 == "101" } == 2)
    let progress = try #require(state.referenceProgress(seeds: 2))
    #expect(progress.ended == 6 && progress.of == 6)
    // They come last, and what they leave is a finalist's.
    let lines = study.journalLines()
    let first = try #require(lines.firstIndex { $0.contains("\"references_chosen\"") })
    #expect(!lines[first...].contains { $0.contains("\"distilled\"") })
    #expect(study.temporary.has("candidates/101/weights.safetensors"))
    let left = try FileManager.default.contentsOfDirectory(atPath: study.folder.candidate("101"))
    #expect(left == ["weights.safetensors"])
    let results = StudyResults(try study.inputs().definition, state)
    #expect(Set(results.students.map(\.trial)) == [0, 1, 2])
    #expect(results.references.map(\.name) == ["small", "middle", "deep"])
    #expect(results.references.map(\.trial) == [1, nil, 0])
    #expect(
      results.references.map { $0.validation.map(\.correct) }
        == [FakeWorker.correct(1), FakeWorker.correct(101), FakeWorker.correct(0)].map {
          [$0, $0]
        })
    #expect(results.references.allSatisfy { $0.test.count == 2 })
  }

  @Test("come to the same end from a journal cut anywhere in them", arguments: [1, 2])
  func cut(workers: Int) throws {
    let whole = try Whole.study()
    let lines = whole.journalLines()
    let first = try #require(lines.firstIndex { $0.contains("\"references_chosen\"") })
    for count in first..<lines.count {
      let study = try TinyStudy(copyOf: whole)
      try study.cutJournal(toLines: count, andBytes: 23)
      try StudyRun(try Whole.worker(study), workers: workers)(study)
      let (found, expected) = (try study.outcome(), try whole.outcome())
      #expect(found == expected, "\(count) lines: \(found.difference(from: expected))")
    }
  }

  @Test("are done once, and once more where the weights have been deleted, to the same results")
  func deletedWeights() throws {
    let study = try TinyStudy(copyOf: Whole.study())
    let done = study.journalLines()
    try FileManager.default.removeItem(atPath: study.temporary.file("tasks"))
    try StudyRun(try Whole.worker(study))(study)
    #expect(Whole.tasks(study).isEmpty && study.journalLines() == done)
    try FileManager.default.removeItem(atPath: study.folder.weights(of: "101"))
    try StudyRun(try Whole.worker(study))(study)
    #expect(Whole.tasks(study) == ["101"] && study.journalLines() == done)
  }

  @Test("that diverge or crash are results")
  func failures() throws {
    for (failure, outcome) in [
      ("say '{\"id\":'$id',\"status\":\"diverged\"}'", JournalEvent.Distilled.Outcome.diverged),
      ("kill -SEGV $$", .crashed),
    ] {
      let study = try Whole.before()
      let worker = try Whole.worker(
        study, onTask: "case $key in 101) \(failure);; *) answer;; esac")
      let state = try StudyRun(worker)(study)
      #expect(state.referenceTrainings.map(\.outcome) == [outcome, outcome])
      let results = StudyResults(try study.inputs().definition, state)
      #expect(results.failedReferences == ["middle"])
      #expect(results.references.map(\.name) == ["small", "deep"])
      #expect(results.students.count == 3)
    }
  }

  @Test("change nothing of what the search finds, and none are done where none are asked for")
  func without() throws {
    let whole = try Whole.study()
    let study = try studyWithReferences(Whole.text.setting("references", "false"))
    let state = try StudyRun(try Whole.worker(study))(study)
    #expect(state.references == nil && state.referenceTrainings.isEmpty)
    let (found, expected) = (StudyOutcome(state), try whole.outcome())
    #expect(found.trials == expected.trials && found.distilled == expected.distilled)
    let definition = try study.inputs().definition
    let (own, other) = (
      StudyResults(definition, state),
      StudyResults(definition, try Journal.state(of: whole.folder))
    )
    #expect(own.students == other.students && own.audit == other.audit)
    #expect(own.references.isEmpty && own.comparisons.isEmpty)
  }

  @Test("are added to a finished study whose space had none when it was begun")
  func addedLater() throws {
    let study = try TinyStudy()
    let worker = try Whole.worker(study)
    let before = try StudyRun(worker)(study)
    #expect(before.references == nil)
    try study.temporary.write(tinySpaceWithReferences, to: "space.json")
    let after = try StudyRun(worker)(study)
    #expect(after.trials == before.trials && after.distilled == before.distilled)
    #expect(after.references?.designs.map(\.name) == ["deep", "small"])
    let trained = Set(after.referenceTrainings.map(\.key))
    let finalists = Set((after.finalists ?? []).map { after.trials[$0].key })
    #expect(trained == Set(["212", "000"]).subtracting(finalists))
  }

  @Test("are not known to a journal that has not chosen them")
  func problem() {
    let trained = MadeUp.referenceTrained("ladder", key: "l0", 800)
    #expect(StudyState().problem(with: trained)?.contains("ladder, which was not chosen") == true)
    var state = MadeUp.state([MadeUp.referencesChosen([("ladder", "l0", 5)])])
    #expect(state.problem(with: trained) == nil)
    state.apply(MadeUp.referencesChosen([("other", "l1", 5)]))
    #expect(state.references?.designs.map(\.name) == ["ladder"])
  }

  @Test("by real workers leave a model that can be exported", Program.isBuilt)
  func realWorkers() throws {
    let study = try studyWithReferences(Whole.text.setting("references", "[\"middle\"]"))
    let ended = try study.run("run", "--workers", "2")
    #expect(ended.status == 0, "\(ended.errors)")
    let state = try Journal.state(of: study.folder)
    #expect(state.referenceTrainings.map(\.outcome) == [.measured, .measured])
    #expect(state.referenceTrainings.allSatisfy { $0.test?.count == 60 && $0.steps > 0 })
    let left = try FileManager.default.subpathsOfDirectory(atPath: study.folder.path)
    #expect(!left.contains { $0.contains("checkpoint") })
    let model = study.temporary.file("middle.safetensors")
    let exported = try Program.run("export", study.folder.path, "101", "--output", model)
    #expect(exported.status == 0, "\(exported.errors)")
    #expect(study.temporary.has("middle.safetensors"))
    let report = String(decoding: try study.temporary.read("report/report.md"), as: UTF8.self)
    #expect(report.contains("## Reference designs") && report.contains("| middle |"))
  }
}
