import FileFormats
import Foundation

/// A recipe with a name, for `"recipe": NAME` within a recipe. What the recipe says itself comes before it.
public struct RecipePreset: Hashable, Sendable {
  public let name: String
  /// For whom it is, on one line.
  public let summary: String
  /// The fields of a recipe that it sets; it leaves the others as they are.
  public let fields: String
}

extension RecipePreset {
  /// All that there are, by name. `Results/README.md` has them as a table, which a test compares.
  public static let all = [
    RecipePreset(
      name: "patient",
      summary: "many epochs of the teacher's answers alone, on the image that the student sees",
      fields: """
        {"epochs": 120, "schedule": "cosine", "warmup_share": 0.05, "final_share": 0,
         "distillation_weight": 1, "temperature": 2,
         "augmentation": {"shift_pixels": 2}, "teacher_view": "stored", "stored_views": 16}
        """),
    RecipePreset(
      name: "few-labels",
      summary:
        "few images with a class, and others without: the teacher's relations of all are learnt",
      fields: """
        {"epochs": 60, "distillation_weight": 0,
         "losses": [{"kind": "dist", "weight": 0.25, "temperature": 8}],
         "augmentation": {"shift_pixels": 2}, "teacher_view": "stored", "stored_views": 8}
        """),
    RecipePreset(
      name: "noisy-labels",
      summary: "labels of which many are wrong, for the teacher too",
      fields: """
        {"distillation_weight": 0, "losses": [{"kind": "dist", "weight": 1, "temperature": 2}]}
        """),
  ]

  /// Reads the name of one.
  ///
  /// - Throws: `JSONError` naming the field and those that there are.
  init(_ field: JSONField) throws(JSONError) {
    guard case .text(let name) = field.value,
      let preset = RecipePreset.all.first(where: { $0.name == name })
    else {
      throw field.expected("one of \(JSONError.list(RecipePreset.all.map(\.name)))")
    }
    self = preset
  }

  /// Returns a recipe with what the preset says.
  func applied(to recipe: Recipe) throws(JSONError) -> Recipe {
    try Recipe(
      JSONField(json: Data(fields.utf8), file: "the recipe \"\(name)\""), defaults: recipe)
  }
}
