import Foundation
import TestSupport
import Testing

@testable import Studies

/// Finished studies on one question, made with made-up workers.
enum Mergeable {
  static func text(_ sampler: String, seed: Int = 3, trials: Int = 6) -> StudyText {
    StudyText.tiny.setting("seed", "\(seed)")
      .setting("search", "{\"sampler\": \"\(sampler)\", \"trials\": \(trials)}")
      .setting("finalists", "{\"count\": 2, \"baseline\": false}")
  }

  static func study(_ text: StudyText) throws -> TinyStudy {
    let study = try BeforeSearch.copy(text)
    try run(study)
    return study
  }

  @discardableResult
  static func run(_ study: TinyStudy, onTask: String = "answer") throws -> StudyState {
    try StudyRun(
      try FakeWorker(
        in: study.temporary,
        onTask: """
          echo "$kind $key" >> "$folder/tasks"
          if [ "$kind" = distill ]; then
            mkdir -p "$folder/candidates/$key"; : > "$folder/candidates/$key/weights.safetensors"
          fi
          \(onTask)
          """))(study)
  }

  static func merge(_ studies: [TinyStudy]) throws -> TinyStudy {
    let merged = try TinyStudy(copyOf: studies[0])
    for name in try FileManager.default.contentsOfDirectory(atPath: merged.folder.path) {
      try FileManager.default.removeItem(atPath: merged.temporary.file(name))
    }
    _ = try StudyMerge(studies.map(\.folder.path)).write(to: merged.folder.path, version: "1")
    return merged
  }

  static func state(_ study: TinyStudy) throws -> StudyState { try Journal.state(of: study.folder) }
}

@Suite("studies that are merged")
struct StudyMergeTests {
  @Test(
    "become one that has the trials and full trainings of all, and trains only finalists that nobody has"
  )
  func union() throws {
    let studies = [
      try Mergeable.study(Mergeable.text("random")),
      try Mergeable.study(Mergeable.text("quasirandom", trials: 5)),
    ]
    let states = try studies.map(Mergeable.state)
    let merged = try Mergeable.merge(studies)
    let state = try Mergeable.state(merged)
    let keys = states.map { $0.trials.map(\.key) }
    #expect(state.trials.map(\.key) == keys[0] + keys[1].filter { !keys[0].contains($0) })
    #expect(state.trials.count < 11, "they have tried none in common")
    for trial in state.trials {
      let source = states.lazy.compactMap { $0.trials.first { $0.key == trial.key } }.first
      #expect(trial.result?.validation == source?.result?.validation)
      #expect(trial.costs == source?.costs)
    }
    let trained = Set(
      states.flatMap { state in state.distilled.map { state.trials[$0.trial].key } })
    #expect(Set(state.distilled.map { state.trials[$0.trial].key }) == trained)
    #expect(state.merged?.sources.map(\.study) == studies.map(\.folder.path))
    #expect(try merged.inputs().definition.search.trials == state.trials.count)
    for key in trained {
      #expect(FileManager.default.fileExists(atPath: merged.folder.weights(of: key)))
    }
    let ended = try Mergeable.run(merged)
    let tasks = (try? merged.temporary.read("tasks")).map { String(decoding: $0, as: UTF8.self) }
    #expect(tasks?.contains("flash") != true)
    #expect(ended.finalists?.count == 2 && ended.trials.count == state.trials.count)
    let new = ended.distilled.count - state.distilled.count
    #expect((tasks ?? "").split(separator: "\n").count == new)
    let results = StudyResults(try merged.inputs().definition, ended)
    #expect(Set(results.students.map(\.key)).isSuperset(of: trained))
    withExtendedLifetime(studies) {}
  }

  @Test("with other seeds give repeats of the students that several have tried")
  func seeds() throws {
    let first = try BeforeSearch.copy()
    let weights = first.folder.teacherWeights
    func study(_ seed: Int) throws -> TinyStudy {
      try Mergeable.study(
        Mergeable.text("random", seed: seed, trials: 9).setting(
          "teacher",
          """
          {"network": {"stem_channels": 8, "stages": [{"channels": 8}]}, "weights": "\(weights)"}
          """))
    }
    let studies = [try study(3), try study(4)]
    let states = try studies.map(Mergeable.state)
    let state = try Mergeable.state(Mergeable.merge(studies))
    let shared = Set(states[0].trials.map(\.key)).intersection(states[1].trials.map(\.key))
    #expect(!shared.isEmpty)
    for key in shared {
      let trial = try #require(state.trials.first { $0.key == key })
      let other = try #require(states[1].trials.first { $0.key == key })
      #expect(trial.result?.repeats?.last == other.result?.validation)
    }
    #expect(state.merged?.sources.map(\.seed) == [3, 4])
    withExtendedLifetime((first, studies)) {}
  }

  @Test("are refused where they ask something else, naming the field")
  func refused() throws {
    let study = try Mergeable.study(Mergeable.text("random"))
    for (name, value, field) in [
      ("flash", "{\"fraction\": 0.25, \"batch\": 12, \"statistics_batches\": 4}", "flash"),
      ("full", "{\"epochs\": 6, \"batch\": 24, \"learning_rate\": 0.1}", "flash"),
      ("constraints", "[\"macs<=1000000\"]", "constraints"),
      ("hardware", "\"device.json\"", "hardware"), ("minimize", "[\"parameters\"]", "minimize"),
    ] {
      let other = try Mergeable.study(Mergeable.text("random").setting(name, value))
      expectError(["cannot be merged: \(field) is not the same", other.folder.path]) {
        _ = try Mergeable.merge([study, other])
      }
    }
    let unfinished = try BeforeSearch.copy()
    expectError(["no finished flash trials", unfinished.folder.path]) {
      _ = try Mergeable.merge([study, unfinished])
    }
    expectError([study.folder.definition, "is there already"]) {
      _ = try StudyMerge([study.folder.path]).write(to: study.folder.path, version: "1")
    }
  }
}
