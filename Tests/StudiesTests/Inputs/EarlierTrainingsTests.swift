import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

/// A study of six trials with full trainings by made-up workers, made once, and others that begin with it.
private enum Trained {
  static let text = StudyText.tiny
    .setting("search", "{\"sampler\": \"random\", \"trials\": 6}")
    .setting("finalists", "{\"count\": 3}")
    .setting("audit", "{\"count\": 3, \"smallest_correlation\": -1}")

  private static let study = Result {
    let study = try BeforeSearch.copy(text)
    try run(study)
    return study
  }

  static func get() throws -> TinyStudy { try study.get() }

  @discardableResult
  static func run(
    _ study: TinyStudy, through stage: StudyRunner.Stage = .distillation
  ) throws -> StudyState {
    try StudyRun(
      try FakeWorker(
        in: study.temporary,
        onTask: """
          echo "$kind $key" >> "$folder/tasks"
          if [ "$kind" = distill ]; then
            mkdir -p "$folder/candidates/$key"; echo "$key" > "$folder/candidates/$key/weights.safetensors"
          fi
          answer
          """))(study, through: stage)
  }

  /// A study that has trained nothing, with the same teacher.
  static func next(_ text: StudyText, from earlier: TinyStudy) throws -> TinyStudy {
    try BeforeSearch.copy(text.setting("warm_start", "[\"\(earlier.folder.path)\"]"))
  }

  /// The students that the study's own workers have trained fully, with the teacher.
  static func distilled(_ study: TinyStudy) throws -> [String] {
    guard study.temporary.has("tasks") else { return [] }
    return String(decoding: try study.temporary.read("tasks"), as: UTF8.self)
      .split(separator: "\n").filter { $0.hasPrefix("distill ") }.map { String($0.dropFirst(8)) }
  }
}

@Suite("full trainings of an earlier study")
struct EarlierTrainingsTests {
  @Test("hold here as they are: with their weights, not done again, and of whom the study chooses")
  func carried() throws {
    let earlier = try Trained.get()
    let old = try Journal.state(of: earlier.folder)
    let study = try Trained.next(
      Trained.text.setting("search", "{\"sampler\": \"random\", \"trials\": 4}"), from: earlier)
    let state = try Trained.run(study)
    let source = try #require(state.imported?.sources.first)
    let trained = try #require(source.trained)
    #expect(trained.reduce(0) { $0 + $1.trainings.count } == old.distilled.count)
    for student in trained {
      let path = study.folder.weights(of: student.key)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == student.key + "\n")
    }
    let own = try Trained.distilled(study)
    #expect(Set(trained.map(\.key)).isDisjoint(with: own))
    let taken = state.distilled.filter { $0.source != nil }
    #expect(!taken.isEmpty && taken.allSatisfy { $0.source == earlier.folder.path })
    for training in taken {
      let key = state.trials[training.trial].key
      let before = try #require(
        old.distilled.first {
          old.trials[$0.trial].key == key && $0.repetition == training.repetition
            && $0.isBaseline == training.isBaseline
        })
      #expect(training.validation == before.validation && training.outcome == before.outcome)
      #expect(training.seconds == 0 && training.steps == 0)
    }
    // As many new ones as were asked for, and the extended study does not end below the earlier one.
    let finalists = try #require(state.finalists)
    #expect(finalists.count - state.uncountedFinalists.count == 3)
    #expect(!state.uncountedFinalists.isEmpty)
    func best(_ study: TinyStudy, _ state: StudyState) throws -> Double {
      StudyResults(try study.inputs().definition, state).students.map(\.validationAccuracy).max()
        ?? 0
    }
    let (now, before) = (try best(study, state), try best(earlier, old))
    #expect(now >= before)
    #expect(state.distilled.allSatisfy { $0.test != nil || $0.outcome != .measured })
    let again = try Trained.run(study)
    #expect(StudyOutcome(again) == StudyOutcome(state))
  }

  @Test(
    "do not hold where their recipe, seed or teacher is another",
    arguments: [
      ("full", "{\"epochs\": 6, \"batch\": 24, \"learning_rate\": 0.1}"), ("seed", "4"),
      ("flash", "{\"fraction\": 0.5, \"batch\": 12, \"statistics_batches\": 5}"),
    ])
  func others(field: String, value: String) throws {
    let study = try Trained.next(Trained.text.setting(field, value), from: Trained.get())
    let source = try #require(try Trained.run(study).imported?.sources.first)
    #expect(source.trained == nil)
    let own = try Trained.distilled(study)
    #expect(!own.isEmpty)
  }

  @Test("of students whose flash results do not hold here have the best of these tried first")
  func triedFirst() throws {
    let earlier = try Trained.get()
    let study = try Trained.next(
      Trained.text.setting(
        "flash", "{\"fraction\": 0.25, \"batch\": 12, \"statistics_batches\": 4}"),
      from: earlier)
    let state = try Trained.run(study)
    let source = try #require(state.imported?.sources.first)
    #expect(source.differences == ["flash recipe"] && source.carried.isEmpty)
    let trained = try #require(source.trained).map(\.key)
    let first = try #require(state.trials.first?.key)
    #expect(trained.contains(first))
    let full = trained.map { state.carriedValidations(of: $0, seeds: 1).meanAccuracy }
    #expect(
      state.carriedValidations(of: state.trials[0].key, seeds: 1).meanAccuracy == full.max())
    let own = try Trained.distilled(study)
    #expect(Set(trained).isDisjoint(with: own))
  }

  @Test("are done again where their weights are not there any more")
  func weightsGone() throws {
    let earlier = try TinyStudy(copyOf: Trained.get())
    try FileManager.default.removeItem(atPath: earlier.temporary.file("candidates"))
    let study = try Trained.next(Trained.text, from: earlier)
    let state = try Trained.run(study)
    let trained = try #require(state.imported?.sources.first?.trained).map(\.key)
    let finalists = try #require(state.finalists).map { state.trials[$0].key }
    let again = Set(finalists).intersection(trained)
    let own = try Trained.distilled(study)
    #expect(!again.isEmpty && again.isSubset(of: own))
    for key in again { #expect(study.folder.keeps(key, in: .fp32)) }
  }

  @Test("tell the search what flash says of the full accuracy, chosen by nobody")
  func ladder() throws {
    let definition = try StudyText.tiny.definition()
    func projected(_ trained: [JournalEvent.Imported.Trained]?) throws -> Double {
      let state = MadeUp.state([
        MadeUp.imported(
          [
            MadeUp.carried("c0", 700, macs: 900),
            MadeUp.carried("c1", 720, macs: 950, isFeasible: false),
          ], trained: trained), MadeUp.proposed(1, macs: 800), MadeUp.finished(1, 710),
      ])
      return try #require(AccuracyLadder(definition, state).afterFullTraining(state.trials[1]))
        .accuracy
    }
    let without = try projected(nil)
    let none = try projected([])
    let (carried, infeasible) = (
      try projected([MadeUp.trained("c0", 960)]), try projected([MadeUp.trained("c1", 960)])
    )
    let unknown = try projected([MadeUp.trained("x", 960)])
    #expect(none == without && unknown == without)
    #expect(carried > without && infeasible > without)
  }

  @Test("are forgotten where the full training becomes longer")
  func longer() {
    var state = MadeUp.state([
      MadeUp.imported([MadeUp.carried("c0", 700, macs: 900)], trained: [MadeUp.trained("c0", 960)])
    ])
    #expect(state.carriedValidations(of: "c0", seeds: 2).map(\.correct) == [960])
    state.apply(MadeUp.grown([.fullTrainings], to: 40))
    #expect(state.carriedValidations(of: "c0", seeds: 2).isEmpty)
  }
}
