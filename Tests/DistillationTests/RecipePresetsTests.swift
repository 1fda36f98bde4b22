import FileFormats
import TestSupport
import Testing

@testable import Distillation

@Suite("a named recipe")
struct RecipePresetsTests {
  @Test("can be read, with a teacher and without", arguments: RecipePreset.all)
  func reads(_ preset: RecipePreset) throws {
    let recipe = try preset.applied(to: .small)
    #expect(recipe != .small && recipe.usesTeacher)
    #expect(!recipe.withoutTeacher.usesTeacher)
    #expect(try Recipe(recipeField("{\"recipe\": \"\(preset.name)\"}"), defaults: .small) == recipe)
  }

  @Test("gives way to what the recipe says itself, and leaves what it does not name")
  func overridden() throws {
    let recipe = try Recipe(
      recipeField("{\"recipe\": \"patient\", \"temperature\": 3, \"batch\": 32}"), defaults: .small)
    let preset = try RecipePreset(recipeField("\"patient\"")).applied(to: .small)
    #expect(recipe.loss.temperature == 3 && recipe.batch == 32)
    #expect(recipe.epochs == preset.epochs && recipe.epochs != Recipe.small.epochs)
    #expect(recipe.slices == Recipe.small.slices)
  }

  @Test("that is not known is refused, with those that are")
  func unknown() {
    expectError([
      "study.json: full.recipe: got \"paitent\"", "\"patient\", \"few-labels\", \"noisy-labels\"",
    ]) {
      _ = try Recipe(recipeField("{\"recipe\": \"paitent\"}"), defaults: .small)
    }
  }
}
