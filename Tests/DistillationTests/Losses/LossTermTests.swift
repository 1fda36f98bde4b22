import FileFormats
import NeuralNetworks
import TestSupport
import Testing

@testable import Distillation

@Suite("the losses of a recipe in JSON")
struct LossTermReadingTests {
  private func losses(_ text: String) throws -> [LossTerm] {
    try Recipe(recipeField("{\"losses\": \(text)}"), defaults: .small).losses
  }

  @Test("are none where nothing is said, and may be none")
  func none() throws {
    #expect(try Recipe(recipeField("{}"), defaults: .small).losses.isEmpty)
    #expect(try losses("[]").isEmpty)
  }

  @Test("have a kind, a weight and the places that they compare")
  func fields() throws {
    let read = try losses(
      """
      [{"kind": "hint"},
       {"kind": "hint", "weight": 2, "student": "stage2"},
       {"kind": "hint", "weight": {"from": 1, "to": 0, "until": 0.5}, "student": "block3", "teacher": "stage3"}]
      """)
    #expect(
      read == [
        LossTerm(HintRule()), LossTerm(HintRule(), weight: WeightSchedule(2), student: "stage2"),
        LossTerm(
          HintRule(), weight: WeightSchedule(from: 1, to: 0, until: 0.5), student: "block3",
          teacher: "stage3"),
      ])
    #expect(Set(read).count == 3 && read.allSatisfy { $0.needsTeacher && $0.comparesFeatures })
  }

  @Test(
    "refuse what is not known, out of range or there twice",
    arguments: [
      ("{\"kind\": \"hint\"}", "full.losses: got", "an array of losses"),
      ("[{\"weight\": 1}]", "full.losses[0]: got", "the key \"kind\" too"),
      ("[{\"kind\": \"hunt\"}]", "full.losses[0].kind: got \"hunt\", expected one of", "\"hint\""),
      ("[{\"kind\": 3}]", "full.losses[0].kind: got 3, expected one of", "\"hint\""),
      (
        "[{\"kind\": \"hint\", \"wait\": 1}]", "full.losses[0].wait: got an unknown key",
        "\"weight\""
      ),
      ("[{\"kind\": \"hint\", \"weight\": -1}]", "full.losses[0].weight: got -1", "from 0 to"),
      (
        "[{\"kind\": \"hint\", \"weight\": {\"to\": 1}}]", "full.losses[0].weight: got",
        "\"from\" too"
      ),
      (
        "[{\"kind\": \"hint\", \"weight\": {\"from\": 1, \"until\": 0}}]",
        "full.losses[0].weight.until: got 0", "from 0.001 to 1"
      ),
      (
        "[{\"kind\": \"hint\", \"student\": \"stage0\"}]", "full.losses[0].student: got",
        "\"stage2\""
      ),
      (
        "[{\"kind\": \"hint\", \"teacher\": \"conv1\"}]", "full.losses[0].teacher: got",
        "\"block3\""
      ),
      (
        "[{\"kind\": \"hint\"}, {\"kind\": \"hint\", \"weight\": 2}]", "full.losses[1]: got", "once"
      ),
    ])
  func refusals(text: String, place: String, expected: String) {
    expectError(["study.json: " + place, expected]) { _ = try losses(text) }
  }

  @Test("are part of the recipe's identity, each number of them")
  func identity() throws {
    let texts = [
      "[]", "[{\"kind\": \"hint\"}]", "[{\"kind\": \"hint\", \"weight\": 2}]",
      "[{\"kind\": \"hint\", \"weight\": {\"from\": 1, \"to\": 2}}]",
      "[{\"kind\": \"hint\", \"weight\": {\"from\": 1, \"until\": 0.5}}]",
      "[{\"kind\": \"hint\", \"student\": \"stage1\"}]",
      "[{\"kind\": \"hint\", \"teacher\": \"stage1\"}]",
    ]
    let identities = texts.map { text in
      Recipe.small.with { $0.losses = (try? losses(text)) ?? [] }.identity
    }
    #expect(Set(identities).count == texts.count)
    // As before there were such losses.
    #expect(identities[0] == Recipe.small.identity && !identities[0].contains("losses"))
  }

  @Test("that need a teacher are dropped without one, and make the recipe use one")
  func withoutTeacher() throws {
    let recipe = try Recipe.small.with { $0.losses = try losses("[{\"kind\": \"hint\"}]") }
    #expect(recipe.usesTeacher && !Recipe.small.usesTeacher)
    #expect(recipe.withoutTeacher == .small)
  }
}

@Suite("the weight of a loss")
struct WeightScheduleTests {
  @Test("goes from one value to the other, and may end on the way")
  func values() {
    let falling = WeightSchedule(from: 2, to: 1)
    #expect([0, 0.5, 1].map(falling.weight(at:)) == [2, 1.5, 1])
    let short = WeightSchedule(from: 4, to: 2, until: 0.5)
    #expect([0, 0.25, 0.5, 1].map(short.weight(at:)) == [4, 3, 0, 0])
    #expect([0, 0.3, 1].map(WeightSchedule(7).weight(at:)) == [7, 7, 7])
  }
}
