import Distillation
import FileFormats
import Foundation
import SearchSpaces
import TestSupport
import Testing

@testable import Studies

@Suite("the recipes of a study that searches them")
struct StudyRecipesTests {
  /// Temperatures 1, 2, 4 and 8 and two weights, with 4 and 0.9 by default.
  static let text = StudyText.tiny
    .setting(
      "search",
      """
      {"trials": 8, "initial_trials": 4, "look_ahead": 4,
       "recipe": {"temperature": [4, 1, 2, 8], "weight": [0.9, 0.5]}}
      """
    )
    .setting(
      "full",
      """
      {"epochs": 3, "batch": 24, "learning_rate": 0.1, "temperature": "$temperature",
       "distillation_weight": "$weight"}
      """)

  @Test("are read with the values in the places of the names, by default the first ones")
  func values() throws {
    let definition = try Self.text.definition()
    #expect(definition.full.loss.temperature == 4 && definition.full.loss.distillation == 0.9)
    let taken = try definition.taking(["temperature": .integer(1), "weight": .number(0.5)])
    #expect(taken.full.loss.temperature == 1 && taken.full.loss.distillation == 0.5)
    var expected = definition.full
    (expected.loss.temperature, expected.loss.distillation) = (1, 0.5)
    #expect(taken.full == expected && taken.flashSource == expected)
    #expect(try definition.recipes.everyRecipe().count == 8)
  }

  @Test("may have a value anywhere: within objects, in lists, and as a choice")
  func places() throws {
    let definition = try StudyText.tiny
      .setting(
        "search", #"{"trials": 8, "recipe": {"shift": [0, 1], "rule": ["sgd", "adamw"]}}"#
      )
      .setting(
        "full",
        #"{"epochs": 3, "batch": 24, "optimizer": "$rule", "augmentation": {"shift_pixels": "$shift"}}"#
      ).definition()
    let taken = try definition.taking(["shift": .integer(1), "rule": .text("adamw")])
    #expect(taken.full.augmentation.shiftPixels == 1)
    #expect(taken.full.optimizer == .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8))
    #expect(definition.full.augmentation == .none)
  }

  @Test("are a student's by its key, in flash trainings and full ones")
  func keys() throws {
    let inputs = try TinyStudy(Self.text).inputs()
    #expect(inputs.space.pointCount == 15 * 8)
    let own = try inputs.definition(ofKey: "10111")
    #expect(own.full.loss.temperature == 2 && own.full.loss.distillation == 0.9)
    let flash = try FlashVariant().training(in: own, trainingCount: 240)
    #expect(flash.recipe == own.flash.compressed(own.full))
    #expect(flash.recipe.loss.temperature == 2 && flash.recipe.epochs == 1.5)
    let costs = StudentPricing(inputs: inputs)
    let priced = try ["10111", "10130"].map {
      try #require(try costs.costs(of: inputs.space.architecture(key: $0)))
    }
    #expect(priced[0] == priced[1])
    let problem = costs.problem(teacher: nil)
    let appraisals = try ["10111", "10130"].map {
      try problem.appraisal(of: inputs.space.architecture(key: $0))
    }
    #expect(appraisals[0] == appraisals[1])
    #expect(throws: SearchSpaceError.self) { try inputs.definition(ofKey: "101") }
  }

  @Test("leave flash trainings constants of their own")
  func flash() throws {
    let definition = try Self.text.setting(
      "flash",
      """
      {"fraction": 0.5, "batch": 12, "statistics_batches": 4,
       "recipe": {"weight_decay": 0.0001, "clip_norm": 1}}
      """
    ).definition()
    let taken = try definition.taking(["temperature": .integer(8), "weight": .number(0.9)])
    #expect(taken.full.weightDecay == 5e-4 && taken.full.clipNorm == nil)
    let flash = try FlashVariant().training(in: taken, trainingCount: 240).recipe
    #expect(flash.weightDecay == 1e-4 && flash.clipNorm == 1 && flash.loss.temperature == 8)
    #expect(flash.epochs == 1.5 && flash.batch == 12)
    let fields = try definition.recipes.everyRecipe().map(\.field)
    #expect(fields.count == 16 && fields.count { $0 == "flash.recipe" } == 8)
    // It works without a search of recipes, too, and is part of what may not change.
    let plain = try StudyText.tiny.setting(
      "flash",
      #"{"fraction": 0.5, "batch": 12, "statistics_batches": 4, "recipe": {"weight_decay": 0}}"#
    ).definition()
    #expect(plain.flashSource.weightDecay == 0 && plain.full.weightDecay == 5e-4)
    expectError(["flash.recipe.weight_decay was nothing", "is 0 now", "ranked by flash"]) {
      _ = try StudyText.tiny.definition().difference(from: plain, in: "x")
    }
  }

  @Test("are as before where nothing of this is asked for")
  func plain() throws {
    let definition = try StudyText.tiny.definition()
    #expect(definition.recipes.decisions.isEmpty && definition.flashSource == definition.full)
    #expect(definition.fullIdentity == definition.full.identity)
    #expect(
      definition.flashIdentity == definition.flash.compressed(definition.full).identity)
    #expect(
      !definition.identity.contains("recipe=") && !definition.identity.contains("attribution"))
    let inputs = try TinyStudy().inputs()
    #expect(try inputs.definition(ofKey: "no key").full == definition.full)
    #expect(inputs.space.recipe.isEmpty && inputs.space.networkParameterCount == 3)
  }

  @Test("tell studies apart by all of them, not by the default one")
  func identities() throws {
    let definition = try Self.text.definition()
    let other = try Self.text.setting(
      "full",
      """
      {"epochs": 3, "batch": 24, "learning_rate": 0.1, "temperature": 4,
       "distillation_weight": "$weight", "label_smoothing": "$smoothing"}
      """
    ).setting(
      "search", #"{"trials": 8, "recipe": {"smoothing": [0, 0.1, 0.2, 0.3], "weight": [0.9, 0.5]}}"#
    ).definition()
    #expect(definition.full == other.full)
    #expect(definition.fullIdentity != other.fullIdentity)
    #expect(definition.flashIdentity != other.flashIdentity)
    #expect(try definition.fullIdentity == Self.text.definition().fullIdentity)
    #expect(!definition.recipes.isSame(as: other.recipes))
  }
}

extension StudyRecipesTests {
  private static func text(recipe: String, full: String, flash: String = "") -> StudyText {
    let flash = flash.isEmpty ? "" : ", \"recipe\": {\(flash)}"
    return StudyText.tiny.setting("search", "{\"trials\": 8, \"recipe\": \(recipe)}")
      .setting("full", "{\"epochs\": 3, \"batch\": 24, \(full)}")
      .setting(
        "flash", "{\"fraction\": 0.5, \"batch\": 12, \"statistics_batches\": 4\(flash)}")
  }

  @Test(
    "are refused with field, value and what is expected, and the decisions' values in it",
    arguments: [
      (
        #"{"t": [4, 500]}"#, #""temperature": "$t""#, "",
        ["full.temperature: got 500", "(search.recipe: t=500)"]
      ),
      (
        #"{"t": [4, 1]}"#, #""temperature": "$u""#, "",
        ["full.temperature: got \"$u\"", "one of \"$t\""]
      ),
      (
        #"{"t": [4, 1], "w": [0, 1]}"#, #""temperature": "$t""#, "",
        ["search.recipe.w: got a decision that changes nothing in full", "\"$w\" in \"full\""]
      ),
      (
        #"{"t": [4, 1]}"#, #""temperature": "$t""#, #""temperature": 2"#,
        ["search.recipe.t: got a decision that changes nothing in flash", "searched by"]
      ),
      (
        #"{"t": [4, 1]}"#, #""temperature": 4"#, #""temperature": "$t""#,
        ["search.recipe.t: got a decision that changes nothing in full"]
      ),
      (
        #"{"b": [4, 8]}"#, #""slices": "$b""#, "",
        ["full.slices: got 4 and 8", "the same in all recipes"]
      ),
      (
        #"{"t": [4, 1]}"#, #""temperature": "$t""#, #""epochs": 2"#,
        ["flash.recipe.epochs: got 2.0", "3.0, as in \"full\""]
      ),
      (
        #"{"v": ["clean", "augmented"]}"#,
        #""augmentation": {"flip": true}, "teacher_view": "$v""#, "",
        ["full.teacher_view: got clean and augmented"]
      ),
      (
        #"{"s": [1, 2]}"#,
        #""augmentation": {"shift_pixels": "$s"}, "teacher_view": "stored""#, "",
        ["full.augmentation", "the same in all recipes"]
      ),
    ] as [(String, String, String, [String])])
  func refused(recipe: String, full: String, flash: String, parts: [String]) {
    expectError(parts) {
      _ = try Self.text(recipe: recipe, full: full, flash: flash).definition()
    }
  }

  @Test("are not searched where only a text looks like it")
  func withoutSearch() {
    expectError(["full.temperature: got \"$t\"", "no decisions of \"search\""]) {
      _ = try StudyText.tiny.setting(
        "full", #"{"epochs": 3, "batch": 24, "temperature": "$t"}"#
      ).definition()
    }
  }

  @Test("have one that is fixed as the default")
  func fixed() throws {
    let study = try TinyStudy(Self.text.setting("fix", #"{"temperature": 8}"#))
    let inputs = try study.inputs()
    #expect(inputs.definition.full.loss.temperature == 8)
    #expect(inputs.space.pointCount == 15 * 2)
    try study.write(Self.text.setting("fix", #"{"temperature": 3}"#))
    expectError(["study.json: fix.temperature: got 3", "1, 2, 4, 8"]) { _ = try study.inputs() }
  }

  @Test("may not become others once there are results; a longer training may be asked for")
  func growth() throws {
    let definition = try Self.text.definition()
    func full(_ change: (String, String)) throws -> StudyDefinition {
      let text =
        """
        {"epochs": 3, "batch": 24, "learning_rate": 0.1, "temperature": "$temperature",
         "distillation_weight": "$weight"}
        """
      return try Self.text.setting("full", text.replacing(change.0, with: change.1)).definition()
    }
    let longer = try definition.difference(from: full(("3,", "5,")), in: "x")
    #expect(longer.changes.map(\.description) == ["full.epochs: 3.0 → 5.0"])
    #expect(longer.effects == [.fullTrainings, .finalists])
    expectError(["full.temperature was \"$temperature\"", "is 4 now"]) {
      _ = try definition.difference(
        from: Self.text.setting(
          "search",
          """
          {"trials": 8, "initial_trials": 4, "look_ahead": 4, "recipe": {"weight": [0.9, 0.5]}}
          """
        ).setting(
          "full",
          """
          {"epochs": 3, "batch": 24, "learning_rate": 0.1, "temperature": 4,
           "distillation_weight": "$weight"}
          """
        ).definition(), in: "x")
    }
    let attributed = try definition.difference(
      from: Self.text.setting("attribution", "true").definition(), in: "x")
    #expect(attributed.changes.map(\.description) == ["attribution: false → true"])
    #expect(attributed.effects == [.references])
  }

  @Test("are needed for an attribution")
  func attribution() {
    expectError(["attribution: got true", "\"search\" has no \"recipe\""]) {
      _ = try StudyText.tiny.setting("attribution", "true").definition()
    }
  }
}
