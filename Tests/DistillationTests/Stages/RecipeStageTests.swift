import Datasets
import FileFormats
import NeuralNetworks
import TensorKernels
import TestSupport
import Testing

@testable import Distillation

@Suite("the stages of a recipe in JSON")
struct RecipeStageReadingTests {
  private func recipe(_ text: String, defaults: Recipe = .small) throws -> Recipe {
    try Recipe(recipeField(text), defaults: defaults)
  }

  @Test("inherit the recipe around them and say what differs")
  func inherits() throws {
    let recipe = try recipe(
      """
      {"temperature": 3, "distillation_weight": 0.5, "stages": [
        {"share": 0.25, "distillation_weight": 0, "frozen": ["head", "stage2"]},
        {"share": 0.75, "learning_rate": 0.01, "continues": true, "augmentation": {"flip": true}}]}
      """)
    try #require(recipe.stages.count == 2)
    let (first, second) = (
      recipe.recipe(of: recipe.stages[0]), recipe.recipe(of: recipe.stages[1])
    )
    #expect(first.loss.temperature == 3 && first.loss.distillation == 0)
    #expect(second.loss.distillation == 0.5 && second.schedule.peakRate == 0.01)
    #expect(second.augmentation.flip && !first.augmentation.flip)
    #expect(first.epochs == recipe.epochs && first.batch == recipe.batch && first.stages.isEmpty)
    #expect(recipe.stages.map(\.frozen) == [["head", "stage2"], []])
    #expect(recipe.stages.map(\.continues) == [false, true])
    #expect(recipe.ending == second && Recipe.small.ending == .small)
  }

  @Test("are told to people without what all stages share")
  func summary() throws {
    let recipe = try recipe(
      """
      {"batch": 32, "weight_decay": 0.0005, "stages": [
        {"share": 0.4, "distillation_weight": 0}, {"share": 0.6}]}
      """)
    let (told, key) = (recipe.summary, recipe.identity)
    #expect(told.contains("batch=32") && told.contains("share=0.4") && told != key)
    // In a stage they are not those of the recipe, but fixed.
    #expect(key.contains("batch=2 ") && !told.contains("batch=2 ") && !told.contains("decay=0.0 "))
    #expect(Recipe.small.summary == Recipe.small.identity)
  }

  @Test("follow the recipe where it is read again with other fields")
  func readAgain() throws {
    let study = try recipe(
      "{\"temperature\": 3, \"stages\": [{\"share\": 1, \"label_smoothing\": 0.1}]}")
    let variant = try recipe("{\"temperature\": 8, \"epochs\": 2}", defaults: study)
    #expect(variant.recipe(of: variant.stages[0]).loss.temperature == 8)
    #expect(variant.recipe(of: variant.stages[0]).loss.labelSmoothing == 0.1)
    #expect(try recipe("{}", defaults: study) == study)
    #expect(try recipe("{\"stages\": []}", defaults: study).stages.isEmpty)
  }

  @Test(
    "are refused where they do not fit",
    arguments: [
      ("[{\"share\": 0.5}]", "full.stages: got", "shares that add up to 1, not to 0.5"),
      ("[{\"frozen\": []}]", "full.stages[0]: got", "the key \"share\" too"),
      ("[{\"share\": 0}]", "full.stages[0].share: got 0", "from 0.001 to 1"),
      ("[{\"share\": 1, \"epochs\": 3}]", "full.stages[0].epochs: got an unknown key", "\"share\""),
      (
        "[{\"share\": 1, \"stages\": []}]", "full.stages[0].stages: got an unknown key", "\"share\""
      ),
      (
        "[{\"share\": 1, \"frozen\": [\"stem\"]}]", "full.stages[0].frozen[0]: got \"stem\"", "head"
      ),
      (
        "[{\"share\": 1, \"frozen\": [\"head\", \"head\"]}]", "full.stages[0].frozen[1]: got",
        "each part once"
      ),
      (
        "[{\"share\": 1, \"temperature\": 0}]", "full.stages[0].temperature: got 0",
        "from 0.1 to 100"
      ),
      (
        "[{\"share\": 1, \"losses\": [{\"kind\": \"none\"}]}]",
        "full.stages[0].losses[0].kind: got \"none\"", "\"hint\""
      ),
    ])
  func refusals(text: String, place: String, expected: String) {
    expectError(["study.json: " + place, expected]) { _ = try recipe("{\"stages\": \(text)}") }
  }

  @Test("have the augmentation of the whole recipe where views are stored")
  func storedViews() {
    expectError(["full.stages[0].augmentation: got", "stored views"]) {
      _ = try recipe(
        """
        {"augmentation": {"flip": true}, "teacher_view": "stored",
         "stages": [{"share": 1, "augmentation": {"shift_pixels": 1}}]}
        """)
    }
  }

  @Test("are part of the identity, and nothing is where there are none")
  func identity() throws {
    let texts = [
      "{\"share\": 1}", "{\"share\": 1, \"continues\": true}",
      "{\"share\": 1, \"frozen\": [\"stage1\"]}", "{\"share\": 1, \"learning_rate\": 0.3}",
      "{\"share\": 1, \"losses\": [{\"kind\": \"hint\"}]}", "{\"share\": 0.5}, {\"share\": 0.5}",
    ]
    let recipes = try texts.map { try recipe("{\"stages\": [\($0)]}") } + [.small]
    #expect(Set(recipes.map(\.identity)).count == recipes.count)
    #expect(Set(recipes).count == recipes.count)
    #expect(!Recipe.small.identity.contains("stages"))
  }

  @Test("use a teacher where one of them does, and lose it with the recipe")
  func withoutTeacher() throws {
    let recipe = try recipe(
      "{\"stages\": [{\"share\": 0.5, \"losses\": [{\"kind\": \"hint\"}]}, {\"share\": 0.5}]}")
    #expect(recipe.usesTeacher && recipe.comparesFeatures)
    let baseline = recipe.withoutTeacher
    #expect(!baseline.usesTeacher && !baseline.comparesFeatures && baseline.stages.count == 2)
  }

  @Test("shrink in proportion in a flash training, with rates as the recipe's")
  func compressed() throws {
    let full = try recipe(
      "{\"stages\": [{\"share\": 0.4, \"learning_rate\": 0.2}, {\"share\": 0.6}]}")
    let flash = FlashRecipe(fraction: 0.5, batch: 6, statisticsBatches: 1).compressed(full)
    let stages = TrainingStages(flash, steps: flash.steps(trainingCount: 240))
    #expect(stages.steps == 120)
    #expect(stages.stages.map(\.steps) == [0..<48, 48..<120])
    // A quarter of the batch, half the rate.
    #expect(stages.stages.map(\.recipe.schedule.peakRate) == [0.1, 0.05])
  }
}

@Suite("the stages of a training")
struct TrainingStagesTests {
  private func recipe(_ stages: String) throws -> Recipe {
    try Recipe(recipeField("{\"stages\": [\(stages)]}"), defaults: .small)
  }

  @Test("have schedules of their own, unless they continue")
  func rates() throws {
    let stages = TrainingStages(
      try recipe(
        """
        {"share": 0.3, "schedule": "constant", "warmup_share": 0, "learning_rate": 0.5},
        {"share": 0.4}, {"share": 0.3, "continues": true}
        """), steps: 60)
    #expect(stages.stages.map(\.steps) == [0..<18, 18..<42, 42..<60])
    let schedule = Recipe.small.schedule
    #expect(stages.rate(step: 0) == 0.5 && stages.rate(step: 17) == 0.5)
    #expect(stages.rate(step: 18) == schedule.rate(step: 0, of: 24))
    #expect(stages.rate(step: 41) == schedule.rate(step: 23, of: 24))
    #expect(stages.rate(step: 42) == schedule.rate(step: 42, of: 60))
    for (step, stage, progress) in [(9, 0, 0.5), (18, 1, 0), (30, 1, 0.5), (45, 2, 0.75)] {
      let position = stages.position(at: Double(step) / 60)
      #expect(position.stage == stage && abs(position.progress - progress) < 1e-12)
    }
  }

  @Test("may have no step in a short training, which has all its steps all the same")
  func tiny() throws {
    let recipe = try recipe("{\"share\": 0.1}, {\"share\": 0.1}, {\"share\": 0.8}")
    for steps in 1...12 {
      let stages = TrainingStages(recipe, steps: steps).stages.map(\.steps)
      #expect(stages.flatMap { Array($0) } == Array(0..<steps))
    }
  }

  @Test("that say nothing and continue are a training without stages, bit for bit")
  func nothing() throws {
    let plain = try smallRun(.small.with { $0.epochs = 2 }).train().finishedModel()
    let recipe = try recipe(
      "{\"share\": 0.35, \"continues\": true}, {\"share\": 0.65, \"continues\": true}")
    for threads in [1, 3] {
      let staged = try smallRun(recipe.with { $0.epochs = 2 }, threads: threads).train()
      #expect(try staged.finishedModel().contentHash == plain.contentHash)
    }
  }

  @Test("let parts stand still, and the rest move on")
  func frozen() throws {
    let recipe = try recipe(
      "{\"share\": 0.5}, {\"share\": 0.5, \"frozen\": [\"stage1\", \"head\"]}")
    var run = try smallRun(recipe, statisticsBatches: 0)
    run.rungs = [30]
    let middle = Box<TrainedModel?>(nil)
    let end = try run.train(examine: { _, model in
      middle.value = model
      return true
    }).finishedModel()
    let before = try #require(middle.value)
    let layout = ParameterLayout(run.network)
    let still = try FrozenParts(["stage1", "head"], of: run.network).nodes
    #expect(still.count + 3 == run.network.nodes.count - 1)
    for (list, old, new) in [
      (layout.parameters, before.parameters, end.parameters),
      (layout.statistics, before.statistics, end.statistics),
    ] {
      for tensor in list {
        let range = tensor.offset..<tensor.offset + tensor.count
        #expect((old[range] == new[range]) == still.contains(tensor.node), "\(tensor.name)")
      }
    }
  }

  @Test("name the parts that a student has, where one is not there")
  func unknownPart() throws {
    let run = try smallRun(try recipe("{\"share\": 1, \"frozen\": [\"stage3\"]}"))
    expectError(["no part stage3 to stand still", "stage2 (4×4×16)", "head"]) {
      _ = try run.train()
    }
  }

  @Test("change the augmentation where they say so")
  func augmentation() throws {
    let text = "\"augmentation\": {\"shift_pixels\": 2}"
    let plain = try smallRun(try recipe("{\"share\": 1}")).train().finishedModel()
    let moved = try smallRun(try recipe("{\"share\": 1, \(text)}")).train().finishedModel()
    let around = try Recipe(recipeField("{\(text)}"), defaults: .small)
    let whole = try smallRun(around).train().finishedModel()
    #expect(moved.contentHash == whole.contentHash && plain.contentHash != moved.contentHash)
  }
}

/// Holds a value that a closure sets.
private final class Box<Value>: @unchecked Sendable {
  var value: Value
  init(_ value: Value) { self.value = value }
}
