import FileFormats
import NeuralNetworks

/// A part of a training that differs from the rest: a share of the steps with losses, a schedule or an augmentation
/// of its own, or with parts of the network that stand still.
///
/// A stage runs through everything that changes with the steps (the learning rate, weights of losses) on its own
/// steps, unless it `continues`. What the optimiser and the connectors have gathered is carried over from stage to
/// stage.
public struct RecipeStage: Hashable, Sendable {
  /// The share of the training's steps, above 0, at most 1.
  public var share: Double
  /// Whether what changes with the steps runs on over the whole training, as if there were no stages.
  public var continues: Bool
  /// Parts of the network whose weights and norm statistics stand still, such as `stage1` or `head`.
  public var frozen: [String]
  /// What is done in the stage: of a recipe everything that a stage may change; the rest is that of `neutral`.
  public private(set) var content: Recipe
  /// What it says, to be read again where the recipe around it changes.
  private let source: JSONField

  /// The names of the fields of a recipe that are the same in all stages.
  static let sharedKeys: Set<String> = [
    "recipe", "stages", "epochs", "batch", "slices", "optimizer", "weight_decay", "clip_norm",
    "teacher_view", "stored_views", "labeled_share", "teaching", "generations", "assistants",
  ]
}

extension RecipeStage {
  /// Reads one stage; what it leaves out is that of the recipe around it.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  init(_ field: JSONField, in recipe: Recipe) throws(JSONError) {
    let own = ["share", "frozen", "continues"]
    let members = try field.members(
      of: "a stage", known: own + Recipe.keys.filter { !RecipeStage.sharedKeys.contains($0) })
    share = try members.required("share").number(in: 0.001...1)
    continues = try members["continues"]?.flag() ?? false
    frozen = try RecipeStage.parts(members["frozen"])
    var around = recipe
    // What all stages share is checked for all of them together.
    (around.stages, around.chain, around.teaching, around.labeledShare) = ([], .none, [], nil)
    let rest = own.reduce(field) { $0.without($1) }
    let content = try Recipe(rest, defaults: around)
    if recipe.teacherView == .stored, let augmentation = members["augmentation"],
      content.augmentation != recipe.augmentation
    {
      throw augmentation.expected(
        "that of the whole recipe: its stored views are what the teacher was asked about")
    }
    if recipe.teacherView == .stored, let mix = members["mix"], content.mix != recipe.mix {
      throw mix.expected(
        "that of the whole recipe: its stored views are what the teacher was asked about")
    }
    (self.content, source) = (content.neutral, field)
  }

  private static func parts(_ field: JSONField?) throws(JSONError) -> [String] {
    var parts: [String] = []
    for element in try field?.elements(of: "parts of the network") ?? [] {
      let name = try element.text(NetworkParts.expectation)
      guard NetworkParts.isName(name) else { throw element.expected(NetworkParts.expectation) }
      guard !parts.contains(name) else { throw element.expected("each part once") }
      parts.append(name)
    }
    return parts
  }

  /// Reads the value of `"stages"`.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  static func all(in field: JSONField, of recipe: Recipe) throws(JSONError) -> [RecipeStage] {
    let stages = try field.elements(of: "stages").map { element throws(JSONError) in
      try RecipeStage(element, in: recipe)
    }
    let sum = stages.reduce(0) { $0 + $1.share }
    guard stages.isEmpty || abs(sum - 1) < 1e-6 else {
      throw field.expected("shares that add up to 1, not to \(sum)")
    }
    return stages
  }

  /// Returns the stage as it reads within another recipe.
  ///
  /// - Throws: `JSONError` where it does not fit there.
  func read(in recipe: Recipe) throws(JSONError) -> RecipeStage {
    try RecipeStage(source, in: recipe)
  }
}

extension RecipeStage {
  /// The stage without a teacher.
  var withoutTeacher: RecipeStage { changed { $0 = $0.withoutTeacher } }

  /// Returns the stage with rates times a factor.
  func scalingRate(by factor: Double) -> RecipeStage {
    changed { $0.schedule.peakRate *= factor }
  }

  private func changed(_ change: (inout Recipe) -> Void) -> RecipeStage {
    var stage = self
    change(&stage.content)
    return stage
  }

  /// The stage on one line: equal texts are equal stages. Part of `Recipe.identity`.
  var identity: String { line(content.identity) }

  /// The stage for people: what all stages share is left out.
  var summary: String {
    let shared: Set = ["epochs", "batch", "slices", "optimizer", "decay", "clip", "view"]
    return line(
      content.identityParts(stages: []).filter { !shared.contains($0.name) }
        .map { "\($0.name)=\($0.value)" }.joined(separator: " "))
  }

  private func line(_ content: String) -> String {
    let parts = frozen.isEmpty ? "" : " frozen=\(frozen.joined(separator: ","))"
    return "{share=\(share) continues=\(continues)\(parts) \(content)}"
  }

  public static func == (first: RecipeStage, second: RecipeStage) -> Bool {
    first.identity == second.identity
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(identity) }
}

extension Recipe {
  /// The recipe with the fields that all stages share at fixed values, so that stages compare by what they may
  /// change.
  fileprivate var neutral: Recipe {
    var recipe = self
    (recipe.epochs, recipe.batch, recipe.slices) = (1, 2, 1)
    recipe.optimizer = .sgd(momentum: 0, nesterov: false)
    (recipe.weightDecay, recipe.clipNorm) = (0, nil)
    (recipe.teacherView, recipe.storedViews, recipe.stages) = (.clean, 8, [])
    (recipe.teaching, recipe.chain, recipe.labeledShare) = ([], .none, nil)
    return recipe
  }

  /// Returns what is done in a stage, as a recipe without stages.
  func recipe(of stage: RecipeStage) -> Recipe {
    var recipe = stage.content
    (recipe.epochs, recipe.batch, recipe.slices) = (epochs, batch, slices)
    recipe.optimizer = optimizer
    (recipe.weightDecay, recipe.clipNorm) = (weightDecay, clipNorm)
    (recipe.teacherView, recipe.storedViews) = (teacherView, storedViews)
    recipe.labeledShare = labeledShare
    return recipe
  }

  /// The recipe of its last stage, or the recipe itself.
  public var ending: Recipe { stages.last.map(recipe(of:)) ?? self }
}
