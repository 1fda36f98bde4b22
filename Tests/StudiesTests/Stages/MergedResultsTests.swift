import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("results of studies that are merged")
struct MergedResultsTests {
  @Test("of reference designs are kept, and not trained again")
  func references() throws {
    func study(_ sampler: String) throws -> TinyStudy {
      let study = try BeforeSearch.copy(Mergeable.text(sampler, trials: 2))
      try study.temporary.write(tinySpaceWithReferences, to: "space.json")
      try Mergeable.run(study)
      return study
    }
    let studies = [try study("random"), try study("quasirandom")]
    let trained = Set(
      try studies.map(Mergeable.state).flatMap { $0.referenceTrainings.map(\.key) })
    #expect(!trained.isEmpty)
    let merged = try Mergeable.merge(studies)
    let state = try Mergeable.state(merged)
    let kept = state.referenceTrainings.map(\.key)
    let known = kept + state.distilled.map { state.trials[$0.trial].key }
    // One that the other study has tried is one of the trials.
    #expect(trained.isSubset(of: known))
    let ended = try Mergeable.run(merged)
    let tasks = String(decoding: (try? merged.temporary.read("tasks")) ?? Data(), as: UTF8.self)
    for key in trained { #expect(!tasks.contains("distill \(key)")) }
    #expect(ended.references != nil)
    withExtendedLifetime(studies) {}
  }

  @Test("that a study has from an earlier merger are not counted again")
  func twice() throws {
    let first = try BeforeSearch.copy()
    let teacher = """
      {"network": {"stem_channels": 8, "stages": [{"channels": 8}]},
       "weights": "\(first.folder.teacherWeights)"}
      """
    let studies = try [3, 4].map {
      try Mergeable.study(
        Mergeable.text("random", seed: $0, trials: 9).setting("teacher", teacher))
    }
    let merged = try Mergeable.merge(studies)
    let again = try Mergeable.merge([merged, studies[1]])
    let (before, after) = (try Mergeable.state(merged), try Mergeable.state(again))
    #expect(after.trials.map(\.key) == before.trials.map(\.key))
    #expect(after.trials.map(\.result) == before.trials.map(\.result))
    #expect(after.distilled == before.distilled)
    #expect(after.merged?.sources.last?.fullTrainings == 0)
    withExtendedLifetime((first, studies)) {}
  }

  @Test("are numbered behind those of other seeds, without gaps")
  func repetitions() throws {
    let first = try BeforeSearch.copy()
    let teacher = """
      {"network": {"stem_channels": 8, "stages": [{"channels": 8}]},
       "weights": "\(first.folder.teacherWeights)"}
      """
    // All students of the space, so that all studies train some in common.
    let studies = try [3, 4, 5].map {
      try Mergeable.study(
        Mergeable.text("random", seed: $0, trials: 8).setting("teacher", teacher)
          .setting("finalists", "{\"count\": 6, \"baseline\": false}"))
    }
    let state = try Mergeable.state(Mergeable.merge(studies))
    var repeated = 0
    for trial in Set(state.distilled.map(\.trial)) {
      let repetitions = state.distilled.filter { $0.trial == trial }.map(\.repetition).sorted()
      #expect(repetitions == Array(0..<repetitions.count))
      if repetitions.count > 1 { repeated += 1 }
    }
    #expect(repeated > 0)
    withExtendedLifetime((first, studies)) {}
  }

  @Test("of fewer trials than finalists are wanted leave the search something to do")
  func unfinished() throws {
    let text = Mergeable.text("random").setting("finalists", "{\"count\": 6, \"baseline\": false}")
    let studies = try (0..<2).map { _ in
      let study = try BeforeSearch.copy(text)
      var run = StudyRun(try FakeWorker(in: study.temporary), workers: 1)
      run.stopsAfter = { $0 >= 2 }
      #expect(throws: StudyError.interrupted) { try run(study, through: .search) }
      return study
    }
    let merged = try Mergeable.merge(studies)
    let state = try Mergeable.state(merged)
    #expect((1..<6).contains(state.trials.count) && state.searchEnded == nil)
    #expect(try merged.inputs().definition.search.trials == 6)
    let ended = try Mergeable.run(merged)
    #expect(ended.trials.count == 6 && ended.searchEnded?.trials == 6)
    withExtendedLifetime(studies) {}
  }

  @Test("are written as a whole or not at all, into a folder of their own")
  func whole() throws {
    let study = try Mergeable.study(Mergeable.text("random"))
    let temporary = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: temporary.file("full"), withIntermediateDirectories: false)
    try temporary.write("", to: "full/other")
    let merge = try StudyMerge([study.folder.path])
    expectError([temporary.file("full"), "not an empty folder"]) {
      _ = try merge.write(to: temporary.file("full"), version: "1")
    }
    #expect(throws: FileFormatError.self) {
      _ = try merge.write(to: "/proc/merged/study", version: "1")
    }
    try FileManager.default.createDirectory(
      atPath: temporary.file("empty"), withIntermediateDirectories: false)
    for name in ["empty", "new", "new folder/inside"] {
      _ = try merge.write(to: temporary.file(name), version: "1")
      #expect(try StudyInputs(StudyFolder(temporary.file(name))).definition.name == "tiny")
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: temporary.path).sorted()
        == ["empty", "full", "new", "new folder"])
    let link = temporary.file("link")
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: study.folder.path)
    expectError([link, study.folder.path, "give each once"]) {
      _ = try StudyMerge([study.folder.path, link])
    }
  }
}
