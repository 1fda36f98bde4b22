import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("a study with fixed decisions")
struct FixedDecisionsTests {
  private static let text = StudyText.tiny
    .setting("search", #"{"trials": 6, "initial_trials": 3, "look_ahead": 2}"#)
    .setting("fix", #"{"kernel": 3}"#)

  /// Whether the student of a key has no 5×5 kernel.
  private func agrees(_ key: String) -> Bool { !key.dropFirst().hasPrefix("1") }

  private func run(_ study: TinyStudy) throws -> StudyState {
    try StudyRun(try FakeWorker(in: study.temporary))(study, through: .search)
  }

  @Test(
    "tries students that agree with them only",
    arguments: ["bayesian", "random", "evolution", "local", "quasirandom"])
  func search(sampler: String) throws {
    let study = try TinyStudy(
      Self.text.setting("search", #"{"trials": 7, "sampler": "\#(sampler)", "look_ahead": 2}"#))
    #expect(try study.inputs().space.pointCount == 9)
    let state = try run(study)
    #expect(state.trials.count == 7 && state.trials.allSatisfy { agrees($0.key) })
  }

  @Test(
    "is refused with file, field and what is known",
    arguments: [
      (
        #"{"kernels": 3}"#,
        ["study.json: fix.kernels: got an unknown parameter", #""depth", "kernel", "width""#]
      ),
      (#"{"kernel": 4}"#, ["study.json: fix.kernel: got 4", #"values of "kernel": 3, 5"#]),
      (#"{"depth": 0, "kernel": 3}"#, ["study.json: fix.kernel: got 3", "has no meaning"]),
    ])
  func refusals(fix: String, parts: [String]) throws {
    let study = try TinyStudy(Self.text.setting("fix", fix))
    expectError(parts) { _ = try study.inputs() }
  }

  @Test("does not try a student that is asked for and contradicts them")
  func enqueued() throws {
    let study = try TinyStudy(
      Self.text.setting("search", #"{"trials": 6, "enqueue": ["110"]}"#))
    expectError([
      "study.json: search.enqueue[0]: got \"110\"", "kernel is fixed to 3, and here it is 5",
    ]) {
      _ = try study.inputs()
    }
  }

  @Test("takes over from a study without them what agrees with them")
  func warmStart() throws {
    let earlier = try TinyStudy(
      StudyText.tiny.setting("search", #"{"trials": 10, "sampler": "random"}"#))
    let tried = try run(earlier).trials
    let closed = tried.filter { !agrees($0.key) }
    try #require(!closed.isEmpty && closed.count < tried.count)
    let study = try TinyStudy(copyOf: earlier)
    try FileManager.default.removeItem(atPath: study.folder.journal)
    try study.write(
      StudyText.tiny.setting("search", #"{"trials": 2, "sampler": "random"}"#)
        .setting("fix", #"{"kernel": 3}"#).setting("warm_start", "[\"\(earlier.folder.path)\"]"))
    let state = try run(study)
    let source = try #require(state.imported?.sources.first)
    #expect(source.carried.map(\.key) == tried.map(\.key).filter(agrees))
    #expect(source.ruledOut == closed.count)
    #expect(source.description.contains("\(closed.count) that contradict"))
    #expect(state.ownTrials.allSatisfy { agrees($0.key) })
  }

  @Test(
    "names the reference designs that contradict them",
    arguments: ["true", "2", #"["deep", "small"]"#])
  func references(choice: String) throws {
    // "deep" has 5×5 kernels.
    let study = try studyWithReferences(Self.text.setting("references", choice))
    let state = try StudyRun(try FakeWorker(in: study.temporary))(study)
    let chosen = try #require(state.references)
    #expect(!chosen.designs.contains { $0.name == "deep" })
    let refused = try #require(chosen.refused.first { $0.name == "deep" })
    #expect(refused.reason == "kernel is fixed to 3, and here it is 5")
  }

  @Test("may not get any, or others, once there are results")
  func growth() throws {
    expectError(["fix.kernel was nothing", "is 3 now", "what it leaves open", "warm_start"]) {
      _ = try StudyText.tiny.definition().difference(
        from: Self.text.setting("search", #"{"trials": 8, "initial_trials": 4, "look_ahead": 4}"#)
          .definition(), in: "studies/mine")
    }
    let other = Self.text.setting("fix", #"{"width": 4, "kernel": 3}"#)
    let same = Self.text.setting("fix", #"{"kernel": 3, "width": 4}"#)
    #expect(try other.definition().difference(from: same.definition(), in: "x").changes.isEmpty)
    expectError(["fix.width was nothing"]) {
      _ = try Self.text.definition().difference(from: other.definition(), in: "x")
    }
  }
}
