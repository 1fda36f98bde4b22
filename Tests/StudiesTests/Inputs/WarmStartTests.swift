import FileFormats
import Foundation
import HardwareProfiles
import TestSupport
import Testing

@testable import Studies

/// A study of six trials that has been searched with made-up workers, made once, and others that
/// begin with it.
private enum Earlier {
  static let text = StudyText.tiny.setting("search", "{\"sampler\": \"random\", \"trials\": 6}")

  private static let study = Result {
    let study = try TinyStudy(text)
    try StudyRun(
      try FakeWorker(
        in: study.temporary,
        onTask: "[ $trial = 2 ] && say '{\"id\":2,\"status\":\"diverged\"}' || answer"))(
        study, through: .search)
    return study
  }

  static func get() throws -> TinyStudy { try study.get() }

  /// A study beside it, with the same files and the same teacher, that has not begun.
  static func next(_ text: StudyText, from earlier: TinyStudy) throws -> TinyStudy {
    let next = try TinyStudy(copyOf: earlier)
    try FileManager.default.removeItem(atPath: next.folder.journal)
    try next.write(text.setting("warm_start", "[\"\(earlier.folder.path)\"]"))
    return next
  }

  @discardableResult
  static func run(
    _ study: TinyStudy, through stage: StudyRunner.Stage = .search, workers: Int = 2
  ) throws -> StudyState {
    try StudyRun(try FakeWorker(in: study.temporary), workers: workers)(study, through: stage)
  }
}

@Suite("a study that begins with an earlier one")
struct WarmStartTests {
  @Test("takes over what holds here: exactly, once, and not against its own trials")
  func carried() throws {
    let earlier = try Earlier.get()
    let study = try Earlier.next(Earlier.text, from: earlier)
    let state = try Earlier.run(study)
    let measured = try Journal.state(of: earlier.folder).trials.filter { $0.flashAccuracy != nil }
    #expect(measured.count == 5 && state.carriedCount == 5)
    for (carried, trial) in zip(state.trials, measured) {
      #expect(carried.key == trial.key && carried.costs == trial.costs)
      #expect(carried.result?.validation == trial.result?.validation)
      #expect(carried.source == earlier.folder.path)
    }
    // Its own trials have the numbers after those, and try nobody again.
    #expect(state.ownTrials.map(\.number) == Array(5..<11))
    #expect(Set(state.trials.map(\.key)).count == 11)
    #expect(state.searchEnded?.trials == 6)
    #expect(state.imported?.sources.first?.differences == [])
    #expect(study.journalLines().count { $0.contains("\"imported\"") } == 1)
    #expect(try Earlier.run(study).trials == state.trials)
  }

  @Test("may make finalists of what it took over")
  func finalists() throws {
    let text = Earlier.text.setting("search", "{\"sampler\": \"random\", \"trials\": 1}")
      .setting("finalists", "{\"count\": 1}")
    let study = try Earlier.next(text, from: Earlier.get())
    let state = try Earlier.run(study, through: .distillation)
    let finalists = try #require(state.finalists)
    #expect(finalists.count == 1 && state.trials.count == 6)
    #expect(state.distilled.map(\.trial).allSatisfy(finalists.contains))
    var searched = state
    (searched.finalists, searched.distilled) = (nil, [])
    let selection = FinalistSelection(try study.inputs(), state.teacher)
    #expect(try selection.nextRound(searched) == finalists)
    searched.trials.removeLast()
    #expect(try selection.nextRound(searched).allSatisfy((0..<5).contains))
    #expect(StudyResults(try study.inputs().definition, state).students.count == 1)
  }

  @Test("computes the costs of what it took over on its own device, and minds its constraints")
  func otherDevice() throws {
    let text = Earlier.text.setting("hardware", "\"device.json\"")
      .setting("minimize", "[\"latency_ms\"]").setting("constraints", "[\"macs<=3000\"]")
    let study = try Earlier.next(text, from: Earlier.get())
    let state = try Earlier.run(study)
    let imported = try #require(state.imported?.sources.first)
    #expect(imported.differences == [] && imported.carried.count == 5)
    let pricing = StudentPricing(inputs: try study.inputs())
    for result in imported.carried {
      let costs = try #require(
        pricing.costs(of: try pricing.inputs.space.architecture(key: result.key)))
      #expect(result.costs == costs && costs.devices[0].latencyMilliseconds != nil)
      #expect(result.isFeasible == (costs.macs <= 3000))
    }
    let feasible = imported.carried.filter(\.isFeasible)
    #expect((1..<5).contains(feasible.count))
    #expect(state.trials.prefix(feasible.count).map(\.key) == feasible.map(\.key))
    #expect(state.carriedCount == feasible.count)
    #expect(state.trials.allSatisfy { $0.costs.macs <= 3000 })
  }

  @Test(
    "takes over as something alike what another recipe, seed, teacher or data set gave",
    arguments: ["flash recipe", "seed", "teacher", "data set"])
  func related(difference: String) throws {
    let earlier = try Earlier.get()
    let study: TinyStudy
    var expected = [difference]
    switch difference {
    case "flash recipe":
      study = try Earlier.next(
        Earlier.text.setting("full", "{\"epochs\": 3, \"batch\": 24, \"learning_rate\": 0.2}"),
        from: earlier)
    case "seed":
      // The seed of the teacher's training, too.
      study = try Earlier.next(Earlier.text.setting("seed", "4"), from: earlier)
      expected = ["teacher", "seed"]
    case "teacher":
      study = try Earlier.next(
        Earlier.text.setting(
          "teacher",
          """
          {"network": {"stem_channels": 8, "stages": [{"channels": 8}]},
           "recipe": {"epochs": 3, "batch": 24, "slices": 2, "learning_rate": 0.1}}
          """), from: earlier)
    default:
      study = try Earlier.next(
        Earlier.text.setting(
          "data",
          """
          {"train_images": "images.npy", "train_labels": "labels.npy", "classes": 3,
           "validation_count": 50, "test_count": 60}
          """), from: earlier)
      expected = ["data set", "teacher"]
    }
    let state = try Earlier.run(study)
    let source = try #require(state.imported?.sources.first)
    #expect(source.differences == expected && source.carried.isEmpty)
    #expect(source.related.count == 5 && state.carriedCount == 0)
    #expect(state.trials.map(\.number) == Array(0..<6))
  }

  @Test("leaves out what the earlier study scored at a fraction that its audit had raised")
  func raised() throws {
    let earlier = try TinyStudy(copyOf: Earlier.get())
    var lines = earlier.journalLines()
    let last = try #require(lines.lastIndex { $0.contains("\"event\":\"finished\"") })
    lines[last] = lines[last].replacing("{\"event\":", with: "{\"fraction\":0.9,\"event\":")
    try earlier.writeJournal(lines)
    let trials = try Journal.state(of: earlier.folder).trials
    #expect(trials.count { $0.result?.fraction == 0.9 } == 1)
    let state = try Earlier.run(try Earlier.next(Earlier.text, from: earlier))
    let carried = try #require(state.imported?.sources.first?.carried)
    #expect(
      carried.map(\.key)
        == trials.filter { $0.flashAccuracy != nil && $0.result?.fraction == nil }.map(\.key))
  }

  @Test("is not disturbed by what it does not depend on")
  func same() throws {
    let study = try Earlier.next(
      Earlier.text.setting("finalists", "{\"count\": 1, \"baseline\": false}")
        .setting(
          "search", "{\"trials\": 2, \"rungs\": {\"at\": [0.5]}, \"enqueue\": [\"212\"]}"),
      from: Earlier.get())
    #expect(try Earlier.run(study).imported?.sources.first?.differences == [])
  }

  @Test("proposes the same for any number of workers, after a stop, and without the earlier folder")
  func deterministic() throws {
    let earlier = try TinyStudy(copyOf: Earlier.get())
    let text = Earlier.text.setting("search", "{\"trials\": 7, \"initial_trials\": 2}")
    let first = try Earlier.next(text, from: earlier)
    let copies = try [2, 4].map { ($0, try TinyStudy(copyOf: first)) }
    let expected = StudyOutcome(try Earlier.run(first, workers: 1))
    #expect(expected.trials.count == 12)
    for (workers, study) in copies {
      var run = StudyRun(try FakeWorker(in: study.temporary), workers: workers)
      run.stopsAfter = { $0 >= 3 }
      #expect(throws: StudyError.interrupted) { try run(study, through: .search) }
      if workers == 4 { try FileManager.default.removeItem(atPath: earlier.folder.path) }
      let other = StudyOutcome(try Earlier.run(study, workers: workers))
      #expect(other == expected, "\(other.difference(from: expected))")
    }
  }

  @Test("passes on what it took over itself, and takes each student once")
  func chain() throws {
    let earlier = try Earlier.get()
    let second = try Earlier.next(
      Earlier.text.setting("search", "{\"sampler\": \"random\", \"trials\": 2}")
        .setting("finalists", "{\"count\": 1}"), from: earlier)
    try Earlier.run(second)
    let third = try Earlier.next(Earlier.text, from: second)
    try third.write(
      Earlier.text.setting(
        "warm_start", "[\"\(earlier.folder.path)\", \"\(second.folder.path)\"]"))
    let state = try Earlier.run(third)
    #expect(state.imported?.sources.map(\.carried.count) == [5, 7])
    #expect(state.carriedCount == 7 && state.trials.count == 13)
    #expect(state.trials[6].source == second.folder.path)
  }
}

@Suite("an earlier study that cannot be used")
struct WrongWarmStartTests {
  private func refused(
    _ name: String, _ parts: [String], in study: TinyStudy,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try study.write(Earlier.text.setting("warm_start", "[\"\(name)\"]"))
    expectError(
      ["\(study.folder.definition): warm_start[0]: got \"\(name)\", expected"] + parts,
      sourceLocation: sourceLocation
    ) { try Earlier.run(study) }
    // Known before anything is trained.
    #expect(try Journal.state(of: study.folder).teacher == nil, sourceLocation: sourceLocation)
  }

  @Test("is refused where it is missing, has no results, or is the study itself")
  func missing() throws {
    let study = try TinyStudy()
    try refused("../no-study", ["no-study/study.json: cannot be read"], in: study)
    try refused(study.folder.path, ["another study's folder"], in: study)
    try refused(".", ["another study's folder"], in: study)
    let empty = try TinyStudy()
    try refused(empty.folder.path, ["a study with finished flash trials"], in: study)
    try empty.temporary.write("{}\n", to: "journal.jsonl")
    try refused(empty.folder.path, ["journal.jsonl:1: the journal is damaged here"], in: study)
  }

  @Test("is refused on another search space, naming both files")
  func otherSpace() throws {
    let earlier = try Earlier.get()
    let study = try TinyStudy()
    try study.temporary.write(
      tinySpace.replacing("[4, 6, 8]", with: "[4, 6, 7]"), to: "space.json")
    try refused(
      earlier.folder.path,
      [
        "the same search space", earlier.temporary.file("space.json"),
        study.temporary.file("space.json"),
      ], in: study)
  }

  @Test("is taken on a space that differs in its reference designs alone")
  func otherReferences() throws {
    let earlier = try studyWithReferences(Earlier.text)
    try Earlier.run(earlier)
    let study = try Earlier.next(Earlier.text, from: earlier)
    try study.temporary.write(tinySpace, to: "space.json")
    #expect(try Earlier.run(study).carriedCount == 6)
  }

  @Test("is refused where its study.json no longer says what its journal was begun with")
  func changed() throws {
    let earlier = try TinyStudy(copyOf: Earlier.get())
    try earlier.write(Earlier.text.setting("seed", "5"))
    try refused(
      earlier.folder.path, ["\(earlier.folder.definition) has not changed"], in: TinyStudy())
  }
}
