import Datasets
import FileFormats
import NeuralNetworks
import TensorKernels
import TestSupport
import Testing

@testable import Distillation

@Suite("a recipe in JSON")
struct RecipeReadingTests {
  @Test("keeps its defaults where it says nothing")
  func defaults() throws {
    #expect(try Recipe(recipeField("{}"), defaults: .small) == .small)
  }

  @Test("is read field by field")
  func allFields() throws {
    let recipe = try Recipe(
      recipeField(
        """
        {"epochs": 2.5, "batch": 32, "slices": 2,
         "optimizer": {"kind": "adamw", "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-6},
         "weight_decay": 0.01, "clip_norm": 2, "learning_rate": 0.003, "schedule": "cosine",
         "warmup_share": 0.1, "final_share": 0.05, "distillation_weight": 0.75, "temperature": 3,
         "label_smoothing": 0.125,
         "augmentation": {"shift_pixels": 1, "flip": true, "cutout_pixels": 2},
         "teacher_view": "augmented"}
        """), defaults: .small)
    #expect(
      recipe
        == Recipe(
          epochs: 2.5, batch: 32, slices: 2,
          optimizer: .adamW(beta1: 0.8, beta2: 0.99, epsilon: 1e-6), weightDecay: 0.01,
          clipNorm: 2,
          schedule: LearningRateSchedule(
            shape: .cosine, peakRate: 0.003, warmupShare: 0.1, finalShare: 0.05),
          loss: LossWeights(distillation: 0.75, temperature: 3, labelSmoothing: 0.125),
          augmentation: Augmentation(shiftPixels: 1, flip: true, cutoutPixels: 2),
          teacherView: .augmented))
  }

  @Test(
    "refuses a field out of its range or type, naming file, field, value and what was expected",
    arguments: [
      ("epochs", "0", "a number of epochs above 0"), ("epochs", "\"3\"", "a number of epochs"),
      ("epochs", "-1", "above 0"), ("batch", "1", "a whole number from 2 to 65536"),
      ("batch", "2.5", "a whole number from 2 to 65536"), ("batch", "65537", "from 2 to 65536"),
      ("slices", "0", "a whole number from 1 to 12"), ("slices", "13", "from 1 to 12"),
      ("optimizer", "\"adam\"", "one of \"sgd\", \"adamw\""), ("optimizer", "3", "an optimizer"),
      ("weight_decay", "-0.1", "a number from 0 to 1"), ("weight_decay", "2", "from 0 to 1"),
      ("clip_norm", "0", "a number above 0"),
      ("learning_rate", "0", "a number above 0"),
      ("learning_rate", "true", "a number above 0"),
      ("schedule", "\"linear\"", "one of \"cosine\", \"one_cycle\", \"constant\""),
      ("warmup_share", "0.95", "a number from 0 to 0.9"),
      ("final_share", "1.5", "a number from 0 to 1"),
      ("distillation_weight", "1.01", "a number from 0 to 1"),
      ("temperature", "0", "a number from 0.1 to 100"),
      ("temperature", "101", "a number from 0.1 to 100"),
      ("label_smoothing", "1", "a number from 0 to 0.9"),
      ("augmentation", "4", "an object that describes an augmentation"),
      ("teacher_view", "\"blurred\"", "one of \"clean\", \"augmented\""),
    ])
  func wrongField(name: String, value: String, expected: String) {
    expectError(["study.json: full.\(name): got \(value), expected ", expected]) {
      _ = try Recipe(recipeField("{\"\(name)\": \(value)}"), defaults: .small)
    }
  }

  @Test("has stored views only where the teacher sees such, and where there is something to see")
  func storedViews() throws {
    let augmentation = "\"augmentation\": {\"flip\": true}"
    func views(_ json: String) throws -> Int {
      try Recipe(recipeField(json), defaults: .small).storedViews
    }
    #expect(try views("{\(augmentation), \"teacher_view\": \"stored\"}") == 8)
    #expect(
      try views("{\(augmentation), \"teacher_view\": \"stored\", \"stored_views\": 3}") == 3)
    expectError(["full.stored_views: got 3", "\"teacher_view\": \"stored\""]) {
      _ = try views("{\(augmentation), \"stored_views\": 3}")
    }
    expectError(["full.stored_views: got 0", "from 1 to 1000"]) {
      _ = try views("{\(augmentation), \"teacher_view\": \"stored\", \"stored_views\": 0}")
    }
    expectError(["full.teacher_view: got \"stored\", expected \"clean\""]) {
      _ = try views("{\"teacher_view\": \"stored\"}")
    }
  }

  @Test("refuses a final share where the rate is constant")
  func constantRate() {
    expectError(["study.json: full.final_share: got 0.1", "constant schedule"]) {
      _ = try Recipe(
        recipeField("{\"schedule\": \"constant\", \"final_share\": 0.1}"), defaults: .small)
    }
  }

  @Test("refuses more epochs than steps can be counted", arguments: ["1e17", "1e300"])
  func endlessTraining(epochs: String) {
    expectError(["study.json: full.epochs: got "]) {
      _ = try Recipe(recipeField("{\"epochs\": \(epochs)}"), defaults: .small)
    }
  }

  @Test("refuses a batch that has fewer images than the slices it did not give")
  func batchBelowDefaultSlices() {
    expectError(["study.json: full.batch: got 2, expected "]) {
      _ = try Recipe(recipeField("{\"batch\": 2}"), defaults: .small)
    }
  }

  @Test("bounds the slices by the batch that it gives")
  func slicesOfOwnBatch() throws {
    expectError(["full.slices: got 5, expected a whole number from 1 to 4"]) {
      _ = try Recipe(recipeField("{\"slices\": 5, \"batch\": 8}"), defaults: .small)
    }
    #expect(
      try Recipe(recipeField("{\"slices\": 16, \"batch\": 32}"), defaults: .small).slices == 16)
  }

  @Test("refuses an unknown field and says which was probably meant")
  func unknownField() {
    expectError(["study.json: full.learning_rat: got an unknown key", "\"learning_rate\"?"]) {
      _ = try Recipe(recipeField("{\"learning_rat\": 0.1}"), defaults: .small)
    }
  }
}

@Suite("an optimizer in JSON")
struct OptimizerReadingTests {
  private func rule(_ text: String) throws -> OptimizerRule {
    try Recipe(recipeField("{\"optimizer\": \(text)}"), defaults: .small).optimizer
  }

  @Test("has its usual numbers where it gives a name alone")
  func names() throws {
    #expect(try rule("\"sgd\"") == .sgd(momentum: 0.9, nesterov: true))
    #expect(try rule("\"adamw\"") == .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8))
    #expect(try rule("{\"kind\": \"sgd\"}") == .sgd(momentum: 0.9, nesterov: true))
  }

  @Test("takes the numbers that it gives")
  func numbers() throws {
    #expect(
      try rule("{\"kind\": \"sgd\", \"momentum\": 0.5, \"nesterov\": false}")
        == .sgd(momentum: 0.5, nesterov: false))
    #expect(
      try rule("{\"kind\": \"adamw\", \"epsilon\": 0.001}")
        == .adamW(beta1: 0.9, beta2: 0.999, epsilon: 0.001))
  }

  @Test(
    "refuses unknown fields, fields of the other rule and numbers out of range",
    arguments: [
      ("{\"kind\": \"sgd\", \"rho\": 1}", "full.optimizer.rho: got an unknown key"),
      ("{\"momentum\": 0.9}", "the key \"kind\" too"),
      ("{\"kind\": \"rmsprop\"}", "full.optimizer.kind: got \"rmsprop\", expected one of \"sgd\""),
      ("{\"kind\": \"sgd\", \"beta1\": 0.9}", "full.optimizer.beta1: got 0.9"),
      ("{\"kind\": \"sgd\", \"beta2\": 0.9}", "no such field for \"sgd\""),
      ("{\"kind\": \"sgd\", \"epsilon\": 1}", "full.optimizer.epsilon"),
      ("{\"kind\": \"adamw\", \"momentum\": 0.9}", "no such field for \"adamw\""),
      ("{\"kind\": \"adamw\", \"nesterov\": true}", "full.optimizer.nesterov"),
      ("{\"kind\": \"sgd\", \"momentum\": 1}", "full.optimizer.momentum: got 1, expected a number"),
      ("{\"kind\": \"sgd\", \"nesterov\": 1}", "full.optimizer.nesterov: got 1, expected true"),
      ("{\"kind\": \"adamw\", \"beta1\": -0.1}", "full.optimizer.beta1: got -0.1"),
      ("{\"kind\": \"adamw\", \"beta2\": 1}", "full.optimizer.beta2: got 1"),
      ("{\"kind\": \"adamw\", \"epsilon\": 0}", "full.optimizer.epsilon: got 0"),
    ])
  func refusals(text: String, part: String) {
    expectError([part]) { _ = try rule(text) }
  }
}

@Suite("a flash recipe in JSON")
struct FlashReadingTests {
  private let defaults = FlashRecipe(fraction: 0.05, batch: 32, statisticsBatches: 40)

  @Test("keeps its defaults where it says nothing, and takes what it says")
  func values() throws {
    #expect(try FlashRecipe(recipeField("{}"), defaults: defaults) == defaults)
    #expect(
      try FlashRecipe(
        recipeField("{\"fraction\": 0.1, \"batch\": 16, \"statistics_batches\": 7}"),
        defaults: defaults) == FlashRecipe(fraction: 0.1, batch: 16, statisticsBatches: 7))
  }

  @Test("has a floor of images per class unless it names a share")
  func floor() throws {
    var defaults = defaults
    defaults.imagesPerClass = 600
    func read(_ json: String) throws -> FlashRecipe {
      try FlashRecipe(recipeField(json), defaults: defaults)
    }
    #expect(try read("{\"batch\": 8}").imagesPerClass == 600)
    #expect(try read("{\"fraction\": 0.1}").imagesPerClass == 0)
    let both = try read("{\"fraction\": 0.1, \"images_per_class\": 50}")
    #expect(both.fraction == 0.1 && both.imagesPerClass == 50)
  }

  @Test(
    "refuses what is out of range or unknown",
    arguments: [
      ("images_per_class", "-1", "a whole number from 0 to 1000000"),
      ("fraction", "0", "a number from 0.001 to 1"), ("fraction", "1.1", "from 0.001 to 1"),
      ("batch", "1", "a whole number from 2 to 65536"),
      ("statistics_batches", "0", "a whole number from 1 to 100000"),
      ("statistics_batches", "\"40\"", "a whole number from 1 to 100000"),
    ])
  func refusals(name: String, value: String, expected: String) {
    expectError(["study.json: full.\(name): got \(value), expected ", expected]) {
      _ = try FlashRecipe(recipeField("{\"\(name)\": \(value)}"), defaults: defaults)
    }
    expectError(["full.epochs: got an unknown key"]) {
      _ = try FlashRecipe(recipeField("{\"epochs\": 1}"), defaults: defaults)
    }
  }
}
