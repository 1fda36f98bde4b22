import Foundation
import TestSupport
import Testing

@testable import Studies

/// A study of four temperatures, of which 2 is worth the most by far, whatever the network: the end of a key says it.
private enum Tempered {
  static let full = #"{"epochs": 3, "batch": 24, "learning_rate": 0.1, "temperature": "$t"}"#

  static func text(_ search: String = #""trials": 20, "initial_trials": 4, "look_ahead": 2"#)
    -> StudyText
  {
    StudyText.tiny.setting("search", "{\(search), \"recipe\": {\"t\": [8, 1, 2, 4]}}")
      .setting("full", full)
  }

  /// Deeper and wider networks are better, in each other temperature all are worse.
  static func worker(_ study: TinyStudy) throws -> FakeWorker {
    try FakeWorker(
      in: study.temporary,
      onTask: """
        case $key in *0) bonus=80;; *1) bonus=240;; *2) bonus=130;; *) bonus=0;; esac
        case $key in 0*) deep=0;; 1*) deep=120;; *) deep=200;; esac
        case $key in ??0?) wide=0;; ??1?) wide=40;; *) wide=70;; esac
        evaluation='{"count":1000,"correct":'$((300 + bonus + deep + wide))',"negative_log_likelihood":0.5}'
        test=''
        [ "$kind" = flash ] || test=',"test":'$evaluation
        if [ "$kind" = distill ]; then
          mkdir -p "$folder/candidates/$key"; : > "$folder/candidates/$key/weights.safetensors"
          echo "$key" >> "$folder/tasks"
        fi
        say '{"id":'$id',"status":"measured","seconds":0.25,"steps":7,"validation":'$evaluation$test'}'
        """)
  }

  static func run(
    _ study: TinyStudy, through stage: StudyRunner.Stage = .distillation
  ) throws -> StudyState {
    try StudyRun(try worker(study))(study, through: stage)
  }
}

@Suite("a search of recipes along with architectures")
struct RecipeSearchTests {
  @Test("finds the best recipe and spends the trials on it")
  func search() throws {
    let study = try TinyStudy(Tempered.text())
    let state = try Tempered.run(study, through: .search)
    #expect(state.trials.count == 20 && Set(state.trials.map(\.key)).count == 20)
    #expect(state.trials.allSatisfy { $0.key.count == 4 })
    let best = try #require(
      state.trials.max { ($0.flashAccuracy ?? 0) < ($1.flashAccuracy ?? 0) })
    #expect(best.key.last == "1")
    // By chance it would be a quarter of them.
    let later = state.trials.dropFirst(8)
    #expect(later.count { $0.key.last == "1" } * 5 > 2 * later.count, "\(later.map(\.key))")
    // The costs are the network's.
    for (first, second) in zip(state.trials, state.trials.dropFirst())
    where first.key.prefix(3) == second.key.prefix(3) { #expect(first.costs == second.costs) }
  }

  @Test("proposes the same students with any number of workers, and from where it was cut off")
  func repeatable() throws {
    let text = Tempered.text(#""trials": 10, "initial_trials": 4, "look_ahead": 3"#)
    let study = try TinyStudy(text)
    let state = try StudyRun(try Tempered.worker(study), workers: 3)(study, through: .search)
    let cut = try TinyStudy(copyOf: study)
    let lines = cut.journalLines()
    try cut.cutJournal(
      toLines: try #require(
        lines.firstIndex { $0.contains("\"trial\":6") || $0.contains("\"trial\": 6") }))
    let again = try StudyRun(try Tempered.worker(cut), workers: 1)(cut, through: .search)
    #expect(again.trials.map(\.key) == state.trials.map(\.key))
    #expect(again.trials.map(\.flashAccuracy) == state.trials.map(\.flashAccuracy))
  }

  @Test("tries what is asked for: by key, by a network's key and by name with the default recipe")
  func enqueued() throws {
    let study = try studyWithReferences(
      Tempered.text(#""trials": 4, "sampler": "random", "enqueue": ["1010", "100", "deep"]"#)
        .setting("references", "false"))
    let state = try Tempered.run(study, through: .search)
    #expect(state.trials.prefix(3).map(\.key) == ["1010", "1003", "2123"])
    let queue = try TinyStudy(Tempered.text(#""trials": 4, "enqueue": ["1010", "10"]"#))
    expectError(["search.enqueue[1]: got \"10\"", "expected 4 characters"]) {
      _ = try queue.inputs()
    }
  }

  @Test("begins with an earlier one of the same decisions, and with no other")
  func warmStart() throws {
    let earlier = try TinyStudy(Tempered.text(#""trials": 6, "sampler": "random""#))
    let before = try Tempered.run(earlier, through: .search)
    let study = try TinyStudy(copyOf: earlier)
    try FileManager.default.removeItem(atPath: study.folder.journal)
    let warm = "[\"\(earlier.folder.path)\"]"
    try study.write(
      Tempered.text(#""trials": 3, "sampler": "random""#).setting("warm_start", warm))
    let state = try Tempered.run(study, through: .search)
    #expect(state.carriedCount == 6 && state.imported?.sources.first?.differences == [])
    #expect(state.trials.prefix(6).map(\.key) == before.trials.map(\.key))
    try FileManager.default.removeItem(atPath: study.folder.journal)
    try study.write(StudyText.tiny.setting("warm_start", warm))
    expectError(["warm_start[0]", "search.recipe has the same decisions"]) {
      _ = try Tempered.run(study, through: .search)
    }
    // With "$t" somewhere else the same keys are other trainings.
    try study.write(
      Tempered.text(#""trials": 3, "sampler": "random""#).setting("warm_start", warm)
        .setting(
          "full",
          #"{"epochs": 3, "batch": 24, "learning_rate": 0.1, "temperature": 8, "clip_norm": "$t"}"#)
    )
    let other = try Tempered.run(study, through: .search)
    #expect(other.carriedCount == 0)
    #expect(other.imported?.sources.first?.differences == ["flash recipe"])
  }

  @Test("names the recipe of a training that is asked for elsewhere")
  func asked() throws {
    let study = try TinyStudy(
      Tempered.text(#""trials": 4, "sampler": "random", "enqueue": ["1011", "1013"]"#))
    let inputs = try study.inputs()
    let recipes = try ["1011", "1013"].map { key in
      let task = StudentTask(.full(StudentTask.FullWork(repetition: 0)), key: key)
      return try #require(try AskedTraining(task, in: inputs, StudyState())).recipe
    }
    #expect(recipes.map(\.loss.temperature) == [2, 8])
  }
}

@Suite("an attribution of the gain")
struct AttributionStageTests {
  private func run(_ text: StudyText) throws -> (TinyStudy, StudyState) {
    let study = try studyWithReferences(text)
    return (study, try Tempered.run(study))
  }

  private static let text = Tempered.text(
    #""trials": 4, "sampler": "random", "enqueue": ["2111", "0003", "1010", "2022"]"#
  ).setting("finalists", #"{"count": 4, "baseline": false}"#)
    .setting("references", #"["small", "middle"]"#)

  @Test("trains the best student with the default recipe, and the nearest design with its recipe")
  func controls() throws {
    let (study, state) = try run(Self.text.setting("attribution", "true"))
    let designs = try #require(state.references?.designs)
    // The best is 2111; of the designs 000 and 101 the second is nearer in MACs. 3 is the default.
    #expect(designs.map(\.key) == ["0003", "1013", "2113", "1011"])
    #expect(designs.map(\.isControl) == [nil, nil, true, true])
    #expect(
      designs.suffix(2).map(\.name) == [
        "trial 0's network with the default recipe", "middle with the recipe of trial 0",
      ])
    #expect(Set(state.referenceTrainings.map(\.key)) == ["1013", "2113", "1011"])
    let inputs = try study.inputs()
    let results = StudyResults(inputs.definition, state)
    #expect(results.references.map(\.name) == ["small", "middle"])
    #expect(Set(results.controls.map(\.key)) == ["2113", "1011"])
    #expect(results.comparisons.allSatisfy { $0.within == 2 })
    let best = try #require(results.controls.first { $0.key == "2113" })
    #expect(abs(best.testAccuracy - 0.54) < 1e-9)
    // It is done once.
    let lines = study.journalLines()
    #expect(try Tempered.run(study).referenceTrainings == state.referenceTrainings)
    #expect(
      study.journalLines().count { $0.contains("\"reference_trained\"") }
        == lines.count { $0.contains("\"reference_trained\"") })
  }

  @Test("trains nothing where the best student has the default recipe, or nobody asks")
  func none() throws {
    let plain = try run(Self.text).1
    #expect(plain.references?.designs.map(\.key) == ["0003", "1013"])
    let byDefault = try run(
      Self.text.setting("attribution", "true").setting("fix", #"{"t": 2}"#)
        .setting(
          "search",
          #"{"trials": 2, "sampler": "random", "recipe": {"t": [8, 1, 2, 4]}}"#
        )
        .setting("finalists", #"{"count": 2, "baseline": false}"#)
    ).1
    #expect(byDefault.references?.designs.map(\.isControl) == [nil, nil])
    #expect(byDefault.references?.designs.map(\.key) == ["0001", "1011"])
  }

  @Test("keeps its trainings where studies are merged, and a run trains what else it needs")
  func merged() throws {
    let (study, state) = try run(Self.text.setting("attribution", "true"))
    let merged = try Mergeable.merge([study])
    let before = try Mergeable.state(merged)
    let controls = before.references?.designs.filter { $0.isControl == true } ?? []
    #expect(Set(controls.map(\.key)) == ["2113", "1011"])
    #expect(controls.allSatisfy { $0.name == "control \($0.key)" })
    #expect(
      Set(before.referenceTrainings.map(\.key)) == Set(state.referenceTrainings.map(\.key)))
    let results = StudyResults(try merged.inputs().definition, before)
    #expect(Set(results.controls.map(\.key)) == ["2113", "1011"])
    // The run chooses for the best student of all, which has its controls already.
    let ended = try Tempered.run(merged)
    #expect(ended.references?.isProvisional == nil)
    #expect(ended.references?.designs.map(\.key) == state.references?.designs.map(\.key))
    #expect(!merged.temporary.has("tasks"))
    withExtendedLifetime(study) {}
  }

  @Test("trains its controls where studies are merged that have none")
  func mergedWithout() throws {
    // The best student of the first has the default recipe, and the second does not ask.
    let first = try run(
      Tempered.text(#""trials": 2, "sampler": "random", "enqueue": ["2113", "0003"]"#)
        .setting("finalists", #"{"count": 2, "baseline": false}"#)
        .setting("references", #"["small", "middle"]"#).setting("attribution", "true")
    ).0
    let second = try run(Self.text).0
    let merged = try Mergeable.merge([first, second])
    #expect(try Mergeable.state(merged).references?.designs.map(\.key) == ["0003", "1013"])
    let ended = try Tempered.run(merged)
    #expect(ended.references?.designs.map(\.key) == ["0003", "1013", "2113", "1011"])
    #expect(ended.references?.designs.map(\.isControl) == [nil, nil, true, true])
    // The first study has tried 2113.
    let tasks = String(decoding: try merged.temporary.read("tasks"), as: UTF8.self)
    #expect(Set(tasks.split(separator: "\n")) == ["1011"])
    withExtendedLifetime((first, second)) {}
  }

  @Test("may be asked for in a finished study")
  func grown() throws {
    let (study, _) = try run(Self.text)
    try study.write(Self.text.setting("attribution", "true"))
    let state = try Tempered.run(study)
    #expect(state.references?.designs.map(\.key) == ["0003", "1013", "2113", "1011"])
    #expect(Set(state.referenceTrainings.map(\.key)) == ["1013", "2113", "1011"])
  }
}

@Suite("the students of autodistill search with recipes", Program.isBuilt)
struct SearchedRecipeCommandTests {
  @Test("are trained as in a study whose recipe is theirs, bit for bit")
  func same() throws {
    let search = #""trials": 2, "sampler": "random", "look_ahead": 2"#
    let text = StudyText.tiny
      .setting(
        "search", "{\(search), \"enqueue\": [\"1010\", \"1011\"], \"recipe\": {\"t\": [1, 8]}}"
      )
      .setting("full", Tempered.full)
    let searched = try TinyStudy(text)
    let ended = try searched.run("search")
    #expect(ended.status == 0, "\(ended.errors)")
    let trials = try searched.outcome().trials
    #expect(trials.map(\.key) == ["1010", "1011"])
    #expect(trials[0].result?.validation != trials[1].result?.validation)
    for (trial, temperature) in zip(trials, [1, 8]) {
      let plain = try TinyStudy(
        StudyText.tiny
          .setting("search", "{\"trials\": 1, \"sampler\": \"random\", \"enqueue\": [\"101\"]}")
          .setting("finalists", "{\"count\": 1}")
          .setting("full", Tempered.full.replacing("\"$t\"", with: "\(temperature)")))
      #expect(try plain.run("search").status == 0)
      let own = try #require(try plain.outcome().trials.first)
      #expect(own.result?.validation == trial.result?.validation)
      #expect(own.costs == trial.costs)
    }
  }
}
