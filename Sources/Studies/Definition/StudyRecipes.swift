import Distillation
import FileFormats
import SearchSpaces

/// How the students of a study are trained: what `full` and `flash.recipe` say, with the values of the decisions of
/// `search.recipe` in the places of `"$name"`.
///
/// A trial has one recipe: its flash training is the short form of its full one, but for the constants of
/// `flash.recipe`. A decision that only one of the two depends on is refused. What flash trainings do not see cannot be
/// searched by them, and what they alone see says nothing of the student.
struct StudyRecipes: Hashable, Sendable {
  let decisions: RecipeDecisions
  private let full: JSONField
  private let flash: JSONField?

  /// What `flash.recipe` says; empty where it is not there.
  var flashText: String { flash?.value.canonical() ?? "" }

  /// The recipes of one student.
  struct Pair: Hashable, Sendable {
    var full: Recipe
    /// What flash trainings are the short form of; nil for the full recipe itself.
    var flashSource: Recipe?
  }

  /// Reads the recipes, all that the decisions make.
  ///
  /// - Parameters:
  ///   - full: The field `full`.
  ///   - flash: The field `flash.recipe`.
  /// - Throws: `JSONError` for a recipe that cannot be read, with the values of the decisions in it; for a name that
  ///   no decision has, and a decision that changes nothing; where recipes differ in what all trainings share.
  init(full: JSONField, flash: JSONField?, decisions: RecipeDecisions) throws(JSONError) {
    (self.full, self.flash, self.decisions) = (full, flash, decisions)
    try check()
  }

  /// Returns the recipes for values of the decisions.
  ///
  /// - Throws: `JSONError`; not for the values that a search chooses, all of which have been read.
  func pair(_ values: [String: ParameterValue]) throws(JSONError) -> Pair {
    do {
      let recipe = try Recipe(
        full.replacingTexts { text, field throws(JSONError) in
          try StudyRecipes.value(of: text, field, values)
        }, defaults: .studentDefaults)
      return Pair(
        full: recipe,
        flashSource: try flash.map { field throws(JSONError) in
          try Recipe(
            field.replacingTexts { text, field throws(JSONError) in
              try StudyRecipes.value(of: text, field, values)
            }, defaults: recipe)
        })
    } catch {
      guard case .invalid(let file, let field, let value, let expected) = error,
        !decisions.isEmpty
      else { throw error }
      throw .invalid(
        file: file, field: field, value: value,
        expected: "\(expected) (search.recipe: \(words(values)))")
    }
  }

  /// Returns the values of the decisions, in their order, in words.
  func words(_ values: [String: ParameterValue]) -> String {
    decisions.parameters.map { "\($0.name)=\(values[$0.name].map(\.description) ?? "–")" }
      .joined(separator: ", ")
  }

  /// Returns the value of the decision that a text names; nil for a text that names none.
  private static func value(
    of text: String, _ field: JSONField, _ values: [String: ParameterValue]
  ) throws(JSONError) -> JSONValue? {
    guard text.hasPrefix("$") else { return nil }
    guard let value = values[String(text.dropFirst())] else {
      throw field.expected(
        values.isEmpty
          ? "a value: this study has no decisions of \"search\": {\"recipe\": …}"
          : "one of \(JSONError.list(values.keys.sorted().map { "$" + $0 })), the decisions of search.recipe"
      )
    }
    return value.jsonValue
  }
}

extension StudyRecipes {
  /// The recipes of every student, in the order of `RecipeDecisions.allChoices`.
  private func all() throws(JSONError) -> [Pair] {
    var all: [Pair] = []
    for choices in decisions.allChoices { all.append(try pair(decisions.values(choices))) }
    return all
  }

  /// The full trainings of every student, and what flash trainings are the short form of, each once and with the field
  /// of `study.json` that says it.
  func everyRecipe() throws(JSONError) -> [(field: String, recipe: Recipe)] {
    var seen: Set<Recipe> = []
    let pairs = try all()
    let recipes =
      pairs.map { (field: "full", recipe: $0.full) }
      + pairs.compactMap { pair in pair.flashSource.map { (field: "flash.recipe", recipe: $0) } }
    return recipes.filter { seen.insert($0.recipe).inserted }
  }

  /// Everything that the trainings of all students are, on one line: equal texts are equal trainings of all keys.
  ///
  /// - Parameter recipe: Returns what is meant of a student's recipes.
  func identity(_ recipe: (Pair) -> Recipe) -> String {
    let recipes = (try? all()) ?? []
    return recipes.map { recipe($0).identity }.joined(separator: " | ")
  }

  /// Whether two studies train all students alike but for the epochs.
  func isSame(as other: StudyRecipes) -> Bool {
    func lasting(_ recipe: Recipe) -> Recipe {
      var recipe = recipe
      recipe.epochs = 1
      return recipe
    }
    let (own, others) = ((try? all()) ?? [], (try? other.all()) ?? [])
    return decisions == other.decisions
      && own.map { lasting($0.full) } == others.map { lasting($0.full) }
      && own.map { lasting($0.flashSource ?? $0.full) }
        == others.map { lasting($0.flashSource ?? $0.full) }
  }

  /// What all trainings of a study share, by its field: the length is what makes accuracies comparable and rungs what
  /// they are, and the teacher's views are stored once.
  private static let shared: [(field: String, value: @Sendable (Recipe) -> String)] = [
    ("epochs", { "\($0.epochs)" }), ("batch", { "\($0.batch)" }), ("slices", { "\($0.slices)" }),
    ("teacher_view", { $0.teacherView.rawValue }),
    ("stored_views", { $0.teacherView == .stored ? "\($0.storedViews)" : "" }),
    ("augmentation", { $0.teacherView == .stored ? "\($0.augmentation)" : "" }),
    ("mix", { $0.teacherView == .stored ? "\($0.mix)" : "" }),
    // Flash trainings have no teachers before them, so the search could not learn what these are worth.
    ("generations", { "\($0.chain.generations)" }), ("assistants", { "\($0.chain.assistants)" }),
  ]

  private func check() throws(JSONError) {
    let pairs = try all()
    for shared in StudyRecipes.shared {
      let values = pairs.map { shared.value($0.full) }
      if let other = values.first(where: { $0 != values[0] }) {
        throw .invalid(
          file: full.file, field: "\(full.path).\(shared.field)",
          value: "\(values[0]) and \(other)", expected: "the same in all recipes of search.recipe")
      }
      for pair in pairs {
        let (own, source) = (shared.value(pair.full), shared.value(pair.flashSource ?? pair.full))
        guard own != source else { continue }
        throw .invalid(
          file: full.file, field: "\((flash ?? full).path).\(shared.field)", value: source,
          expected: "\(own), as in \"full\": flash trainings share it")
      }
    }
    let choices = decisions.allChoices
    for (index, parameter) in decisions.parameters.enumerated() {
      for (part, recipes) in [
        ("full", pairs.map(\.full)), ("flash", pairs.map { $0.flashSource ?? $0.full }),
      ] where !StudyRecipes.depend(recipes, on: index, choices) {
        throw .invalid(
          file: full.file, field: "search.recipe.\(parameter.name)",
          value: "a decision that changes nothing in \(part) trainings",
          expected: part == "full"
            ? "\"$\(parameter.name)\" in \"full\", where it makes a difference"
            : "one that flash trainings depend on as well: they are what it is searched by")
      }
    }
  }

  /// Whether two recipes that differ in no other decision are different trainings.
  private static func depend(
    _ recipes: [Recipe], on index: Int, _ choices: [[Int]]
  ) -> Bool {
    var first: [[Int]: String] = [:]
    for (recipe, choices) in zip(recipes, choices) {
      var others = choices
      others.remove(at: index)
      let identity = recipe.identity
      if first[others, default: identity] != identity { return true }
      first[others] = identity
    }
    return false
  }
}

extension StudyDefinition {
  /// What flash trainings are the short form of.
  package var flashSource: Recipe { flashOverride ?? full }

  /// Whether any training learns from the teacher's features.
  var comparesFeatures: Bool {
    let recipes = (try? recipes.everyRecipe().map(\.recipe)) ?? [full, flashSource]
    return recipes.contains(where: \.comparesFeatures)
  }

  /// Everything that the full trainings are, of every student: equal texts are equal trainings.
  var fullIdentity: String {
    recipes.decisions.isEmpty ? full.identity : recipes.identity(\.full)
  }

  /// The same of flash trainings.
  var flashIdentity: String {
    let flash = flash
    guard !recipes.decisions.isEmpty else { return flash.compressed(flashSource).identity }
    return recipes.identity { flash.compressed($0.flashSource ?? $0.full) }
  }

  /// Returns the definition as it is for a student with these values of the recipe's decisions.
  ///
  /// - Throws: `JSONError` for values that are none of the decisions'.
  func taking(_ values: [String: ParameterValue]) throws(JSONError) -> StudyDefinition {
    guard !recipes.decisions.isEmpty else { return self }
    let pair = try recipes.pair(values)
    var definition = self
    (definition.full, definition.flashOverride) = (pair.full, pair.flashSource)
    return definition
  }

  /// Reads the search space that the study names, with the study's decisions of the recipe.
  ///
  /// - Parameter file: What errors call `study.json`.
  /// - Throws: `JSONError` naming file and field.
  func openSpace(contentsOf path: String, file: String) throws(JSONError) -> SearchSpace {
    try SearchSpace(contentsOf: path)
      .adding(recipes.decisions, file: file, field: "search.recipe")
  }
}
