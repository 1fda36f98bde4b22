import Distillation
import FileFormats
import Studies

/// What a benchmark of flash recipes trains: the contents of `benchmark.json`, next to a `study.json`
/// that says on which data, for which teacher and in which space.
public struct FlashBenchmarkDefinition: Hashable, Sendable {
  public static let format = "autodistill-flash-benchmark/1"

  /// Which images the full trainings are judged by, where scores are compared with them.
  public enum TargetSplit: String, Hashable, Sendable, CaseIterable {
    case validation
    /// Images that no score has seen.
    case test
  }

  /// A recipe to measure.
  struct Recipe: Hashable, Sendable {
    var name: String
    var variant: FlashVariant
    /// Repetitions, whose mean is the score.
    var seeds: Int
  }

  /// Students that every recipe is to rank.
  public var students: Int
  /// Repetitions of their full training.
  public var fullSeeds: Int
  /// Further students of the end-to-end part, with one full training each.
  public var extraStudents: Int
  public var targetSplit: TargetSplit
  var recipes: [Recipe]
  /// The index of the recipe of the end-to-end part.
  var headline: Int
}

extension FlashBenchmarkDefinition {
  /// Reads `benchmark.json` strictly.
  ///
  /// - Throws: `JSONError` naming file, field, value and what was expected.
  init(contentsOf path: String, study: StudyDefinition) throws(JSONError) {
    try self.init(JSONField(contentsOf: path), study: study)
  }

  /// Reads a benchmark's definition from JSON.
  init(_ field: JSONField, study: StudyDefinition) throws(JSONError) {
    let members = try field.members(
      of: "a benchmark of flash recipes",
      known: [
        "format", "students", "full_seeds", "extra_students", "target_split", "recipes", "recipe",
      ])
    let format = try members.required("format")
    guard format.value == .text(FlashBenchmarkDefinition.format) else {
      throw format.expected("\"\(FlashBenchmarkDefinition.format)\"")
    }
    guard study.search.recipe.isEmpty else {
      throw field.expected(
        "a study without search.recipe: its flash recipes are compared by one full recipe")
    }
    students = try members.required("students").integer(in: 4...10_000)
    fullSeeds = try members.required("full_seeds").integer(in: 1...100)
    extraStudents = try members["extra_students"]?.integer(in: 0...10_000) ?? 0
    targetSplit = try members["target_split"]?.choice(TargetSplit.self) ?? .test
    recipes = []
    let list = try members.required("recipes")
    for element in try list.elements(of: "flash recipes") {
      recipes.append(try Recipe(element, study: study, others: recipes.map(\.name)))
    }
    guard !recipes.isEmpty else { throw list.expected("at least one flash recipe") }
    let name = try members.required("recipe")
    guard let headline = recipes.firstIndex(where: { name.value == .text($0.name) }) else {
      throw name.expected("the name of one of the recipes, \(JSONError.list(recipes.map(\.name)))")
    }
    self.headline = headline
  }
}

extension FlashBenchmarkDefinition.Recipe {
  fileprivate init(
    _ field: JSONField, study: StudyDefinition, others: [String]
  ) throws(JSONError) {
    let members = try field.members(
      of: "a flash recipe to measure", known: ["name", "flash", "full", "seeds", "cut"])
    let nameField = try members.required("name")
    name = try nameField.text("the recipe's name")
    guard !others.contains(name) else { throw nameField.expected("a name of its own") }
    seeds = try members["seeds"]?.integer(in: 1...100) ?? 1
    let isCut = try members["cut"]?.flag() ?? false
    if let flash = members["flash"] {
      _ = try FlashVariant.flashRecipe(flash, in: study)
      let batch = try flash.object("a flash recipe").first { $0.name == "batch" }
      if isCut, let batch {
        throw batch.field.expected("no \"batch\" with \"cut\", which keeps the full recipe's")
      }
    }
    if let full = members["full"] { _ = try Distillation.Recipe(full, defaults: study.full) }
    variant = FlashVariant(
      flash: members["flash"]?.value.canonical(), full: members["full"]?.value.canonical(),
      isCut: isCut)
  }
}
