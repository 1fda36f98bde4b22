import Foundation
import TestSupport
import Testing

@testable import Studies

// Each line of the table in Results/README.md.

@Suite("a study.json that was changed after there were results")
struct GrowthRuleTests {
  private func difference(_ old: StudyText, _ new: StudyText) throws -> StudyDifference {
    try old.definition().difference(from: new.definition(), in: "studies/mine")
  }

  @Test(
    "may ask for more, which leads to what depends on it",
    arguments: [
      (
        "search", "{\"trials\": 20, \"initial_trials\": 4, \"look_ahead\": 4}",
        "search.trials: 8 → 20", [GrowthEffect.search, .finalists]
      ),
      (
        "search",
        "{\"trials\": 8, \"initial_trials\": 4, \"look_ahead\": 4, \"enqueue\": [\"000\"]}",
        "search.enqueue: nothing → [000]", [.search]
      ),
      ("finalists", "{\"count\": 3}", "finalists.count: 2 → 3", [.finalists]),
      (
        "finalists", "{\"count\": 2, \"seeds\": 2}", "finalists.seeds: 1 → 2", [.finalists]
      ),
      (
        "full", "{\"epochs\": 4, \"batch\": 24, \"learning_rate\": 0.1}",
        "full.epochs: 3.0 → 4.0", [.fullTrainings, .finalists]
      ),
      ("references", "true", "references: 2 → true", [.references]),
      ("minimize", "[\"parameters\"]", "minimize: [macs] → [parameters]", question),
      ("constraints", "[\"macs<=9\"]", "constraints: nothing → [macs<=9]", question),
      (
        "constraints", "[\"accuracy>=0.5\"]", "constraints: nothing → [accuracy>=0.5]", question
      ),
      ("confidence", "0.8", "confidence: 0.9 → 0.8", question),
      (
        "budgets", "[{\"name\": \"a\", \"constraints\": [\"macs<=9\"]}, \"macs<=5\"]",
        "budgets: nothing → [a: macs<=9, macs<=5]", question
      ),
      (
        "data",
        """
        {"train_images": "elsewhere.npy", "train_labels": "labels.npy", "classes": 3,
         "validation_count": 60, "test_count": 60, "split": "random"}
        """, "data.train_images: \"images.npy\" → \"elsewhere.npy\"", []
      ),
      ("search_space", "\"moved.json\"", "search_space: \"space.json\" → \"moved.json\"", []),
    ] as [(String, String, String, [GrowthEffect])])
  func grows(name: String, value: String, change: String, effects: [GrowthEffect]) throws {
    let found = try difference(.tiny, .tiny.setting(name, value))
    #expect(found.changes.map(\.description) == [change])
    #expect(found.effects == Set(effects))
  }

  private static let question: [GrowthEffect] = [.search, .costs, .finalists, .references]
  private var question: [GrowthEffect] { GrowthRuleTests.question }

  @Test("may ask for baselines")
  func baselines() throws {
    let without = StudyText.tiny.setting("finalists", "{\"count\": 2, \"baseline\": false}")
    let found = try difference(without, .tiny)
    #expect(found.changes.map(\.description) == ["finalists.baseline: false → true"])
    #expect(found.effects.isEmpty)
    expectError(["finalists.baseline was true", "is false now", "expected true"]) {
      _ = try difference(.tiny, without)
    }
  }

  @Test("may let the worst of several devices count")
  func devices() throws {
    let named = StudyText.tiny.setting("hardware", "[\"device.json\", \"slow.json\"]")
    let found = try difference(named, named.setting("devices", "\"worst_case\""))
    #expect(found.changes.map(\.description) == ["devices: named → worst_case"])
    #expect(found.effects == Set(question))
  }

  @Test("is the same question with another name, measurement, workers or defaults written out")
  func same() throws {
    let other = StudyText.tiny.setting("name", "\"new\"").setting("workers", "3")
      .setting("confidence", "0.9").setting("trial_limits", "{\"flash_minutes\": 5}")
      .setting("audit", "{\"count\": 0, \"at\": 0.5}")
    #expect(try difference(.tiny, other) == StudyDifference())
  }

  @Test(
    "may not ask for less, and says from where on it may",
    arguments: [
      (
        "search", "{\"trials\": 7, \"initial_trials\": 4, \"look_ahead\": 4}",
        ["search.trials was 8", "is 7 now", "expected at least 8"]
      ),
      ("finalists", "{\"count\": 1}", ["finalists.count was 2", "is 1", "expected at least 2"]),
      (
        "full", "{\"epochs\": 2, \"batch\": 24, \"learning_rate\": 0.1}",
        ["full.epochs was 3.0", "is 2.0", "expected a longer training than 3.0 epochs"]
      ),
    ])
  func shrinks(name: String, value: String, parts: [String]) throws {
    expectError(["studies/mine: study.json: "] + parts) {
      _ = try difference(.tiny, .tiny.setting(name, value))
    }
  }

  @Test("may not ask for fewer seeds, or other students first")
  func shrinksFurther() throws {
    let seeds = StudyText.tiny.setting("finalists", "{\"count\": 2, \"seeds\": 3}")
    expectError(["finalists.seeds was 3", "expected at least 3"]) {
      _ = try difference(seeds, .tiny)
    }
    func enqueuing(_ keys: String) -> StudyText {
      .tiny.setting("search", "{\"trials\": 8, \"enqueue\": [\(keys)]}")
    }
    #expect(
      try difference(enqueuing("\"000\""), enqueuing("\"000\", \"001\"")).effects == [.search])
    expectError(["search.enqueue was [000]", "new ones behind them"]) {
      _ = try difference(enqueuing("\"000\""), enqueuing("\"001\", \"000\""))
    }
  }

  @Test(
    "may not change what the results depend on: says the field, its values, why, and which new study does it",
    arguments: [
      ("seed", "4", "seed", "3", "4", "draws from it", FixedPart.asPrior),
      (
        "teacher",
        """
        {"network": {"stem_channels": 8, "stages": [{"channels": 8}]},
         "recipe": {"epochs": 5, "batch": 24, "slices": 2, "learning_rate": 0.1}}
        """, "teacher.recipe.epochs", "4", "5", "has learnt from it", FixedPart.asPrior
      ),
      (
        "teacher",
        """
        {"network": {"stem_channels": 8, "stages": [{"channels": 12}]},
         "recipe": {"epochs": 4, "batch": 24, "slices": 2, "learning_rate": 0.1}}
        """, "teacher.network.stages", "[{\"channels\": 8}]", "[{\"channels\": 12}]",
        "has learnt from it", FixedPart.asPrior
      ),
      (
        "flash", "{\"fraction\": 0.25, \"batch\": 12, \"statistics_batches\": 4}",
        "flash.fraction", "0.5", "0.25", "ranked by flash", FixedPart.asPrior
      ),
      (
        "full", "{\"epochs\": 6, \"batch\": 24, \"learning_rate\": 0.2}", "full.learning_rate",
        "0.1", "0.2", "its short form", FixedPart.asPrior
      ),
      (
        "full", "{\"epochs\": 3, \"batch\": 24, \"learning_rate\": 0.1, \"clip_norm\": 1}",
        "full.clip_norm", "nothing", "1", "its short form", FixedPart.asPrior
      ),
      (
        "search",
        "{\"trials\": 9, \"sampler\": \"random\", \"look_ahead\": 4}", "search.sampler", "nothing",
        "\"random\"", "proposed by it", FixedPart.asTheyAre
      ),
      (
        "search",
        "{\"trials\": 8, \"initial_trials\": 4, \"look_ahead\": 5}", "search.look_ahead", "4", "5",
        "proposed by it", FixedPart.asTheyAre
      ),
      (
        "search",
        "{\"trials\": 8, \"initial_trials\": 4, \"look_ahead\": 4, \"rungs\": {\"at\": [0.5]}}",
        "search.rungs.at", "nothing", "[0.5]", "proposed by it", FixedPart.asTheyAre
      ),
      ("audit", "{\"count\": 4}", "audit.count", "0", "4", "after it", FixedPart.asTheyAre),
      (
        "warm_start", "[\"../old\"]", "warm_start", "nothing", "[\"../old\"]", "first trial",
        FixedPart.asTheyAre
      ),
    ] as [(String, String, String, String, String, String, String)])
  func fixed(
    name: String, value: String, field: String, before: String, after: String, reason: String,
    way: String
  ) throws {
    let old =
      name == "search" && field == "search.sampler"
      ? StudyText.tiny.setting("search", "{\"trials\": 8, \"look_ahead\": 4}") : .tiny
    // From a new folder the way to this one is another.
    let place = URL(filePath: "studies/mine").path
    expectError([
      "studies/mine: study.json: \(field) was \(before) when the journal was begun and is \(after) now",
      reason, "\"warm_start\": [\"\(place)\"], which \(way)",
    ]) { _ = try difference(old, old.setting(name, value)) }
  }

  @Test("is kept in the journal so that it reads as it was, whatever stands in its texts")
  func kept() throws {
    let text = StudyText.tiny.setting("name", "\"a \\\"quoted\\\" name \\\\ \\u20ac\\n\"")
    let definition = try text.definition()
    let kept = try StudyDefinition(kept: definition.json.line)
    #expect(kept.json == definition.json && kept.identity == definition.identity)
    #expect(!definition.json.line.contains("\n"))
  }

  @Test("finds the paths of what differs, removed and new members too")
  func leaves() throws {
    let (old, new) = (
      StudyText.tiny.setting("audit", "{\"count\": 1, \"at\": 0.5}"),
      StudyText.tiny.setting("audit", "{\"count\": 1, \"raise\": 3}")
    )
    let changes = try old.definition().json.differences(
      from: new.definition().json, under: ["audit", "seed"])
    #expect(changes.map(\.description) == ["audit.at: 0.5 → nothing", "audit.raise: nothing → 3"])
  }
}
