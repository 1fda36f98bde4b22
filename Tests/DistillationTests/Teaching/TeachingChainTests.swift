import NeuralNetworks
import TestSupport
import Testing

@testable import Distillation

@Suite("the chain of teachers of a recipe")
struct TeachingChainTests {
  private func recipe(_ fields: String) throws -> Recipe {
    try Recipe(
      recipeField("{\(fields)}"), defaults: .small.with { $0.loss.distillation = 0.5 })
  }

  @Test("is none where nothing is said, and has generations and assistants")
  func fields() throws {
    #expect(try recipe("").chain == .none)
    #expect(try recipe("\"generations\": 1, \"assistants\": 0").chain == .none)
    let counted = try recipe("\"generations\": 3, \"assistants\": 2").chain
    #expect(counted == TeachingChain(generations: 3, assistants: .count(2)))
    #expect(counted.keys.isEmpty)
    let named = try recipe("\"assistants\": [\"10\", \"01\"]").chain
    #expect(named == TeachingChain(assistants: .keys(["10", "01"])))
    #expect(named.keys == ["10", "01"])
  }

  @Test(
    "refuses what is out of range, and recipes in which nobody would learn from it",
    arguments: [
      ("\"generations\": 0", "full.generations: got 0", "from 1 to 10"),
      ("\"assistants\": 6", "full.assistants: got 6", "from 0 to 5"),
      ("\"assistants\": []", "full.assistants: got", "one to five keys"),
      ("\"assistants\": [\"0\", \"0\"]", "full.assistants[1]: got", "once"),
      ("\"assistants\": \"0\"", "full.assistants: got \"0\"", "a list of their keys"),
      (
        "\"generations\": 2, \"distillation_weight\": 0", "full.generations: got 2",
        "no loss reads a teacher's logits"
      ),
      (
        "\"assistants\": 1, \"teacher_view\": \"stored\", \"augmentation\": {\"flip\": true}",
        "full.assistants: got 1", "\"clean\" and \"augmented\""
      ),
      (
        "\"generations\": 2, \"stages\": [{\"share\": 1, \"generations\": 2}]",
        "full.stages[0].generations: got an unknown key", "\"share\""
      ),
    ])
  func refusals(fields: String, place: String, expected: String) {
    expectError(["study.json: " + place, expected]) { _ = try recipe(fields) }
  }

  @Test("is part of the recipe's identity, and neither of flash nor of the baseline")
  func identity() throws {
    let texts = [
      "", "\"generations\": 2", "\"generations\": 3", "\"assistants\": 1",
      "\"assistants\": [\"0\"]", "\"assistants\": [\"1\"]",
    ]
    let identities = try texts.map { try recipe($0).identity }
    #expect(Set(identities).count == texts.count)
    let chained = try recipe("\"generations\": 2, \"assistants\": 1")
    #expect(chained.withoutTeacher.chain == .none)
    let flash = FlashRecipe(fraction: 0.5, batch: 12, statisticsBatches: 4)
    #expect(flash.compressed(chained).chain == .none)
    #expect(
      flash.compressed(chained).identity == flash.compressed(try recipe("")).identity)
  }

  @Test("has assistants whose sizes fall by the same factor from the teacher to the student")
  func sizes() {
    let sizes = TeachingChain.assistantSizes(2, teacher: 1_000_000, student: 1000)
    #expect(sizes.count == 2)
    #expect(abs(sizes[0] - 100_000) < 1e-6 && abs(sizes[1] - 10_000) < 1e-6)
    #expect(TeachingChain.assistantSizes(0, teacher: 10, student: 1).isEmpty)
  }
}
