import Distillation
import FileFormats
import NeuralNetworks
import SearchSpaces

extension StudyInputs {
  /// Checks that the recipe's losses can be computed, and that the parts that are to stand still are there: for
  /// students of the first and of the last values. Others may still lack a place, which ends their training with a
  /// message that names it.
  ///
  /// - Throws: `JSONError` naming the field.
  func checkLosses() throws(JSONError) {
    func refused(_ value: String, _ expected: String) -> JSONError {
      .invalid(file: folder.definition, field: "full", value: value, expected: expected)
    }
    if definition.comparesFeatures, let obstacle = teacher.obstacleToFeatures {
      throw refused("a loss that compares features", "losses that read logits alone: \(obstacle)")
    }
    for key in exampleKeys {
      do {
        for recipe in try definition.recipes.fullRecipes() { _ = try comparisons(of: key, recipe) }
      } catch {
        throw refused("a recipe for the student \(key)", "losses and stages that fit it: \(error)")
      }
    }
  }

  /// What the losses on features compare, of one student; others are matched in the same way.
  var lossNotes: [String] {
    guard let key = exampleKeys.last, let notes = try? comparisons(of: key, definition.full),
      !notes.isEmpty
    else {
      return []
    }
    return notes.map { "losses of the student \(key): \($0)" }
  }

  /// The keys of the students of the first and of the last values, as far as they can be built.
  private var exampleKeys: [String] {
    [0, 0.999_999].map { place in
      space.key(
        of: space.architecture(
          atUnitPoint: [Double](repeating: place, count: space.parameters.count)))
    }.filter { (try? network(of: space.architecture(key: $0))) != nil }
  }

  private func comparisons(of key: String, _ recipe: Recipe) throws(LossError) -> [String] {
    guard let architecture = try? space.architecture(key: key),
      let student = try? network(of: architecture)
    else { return [] }
    return try recipe.comparisons(student: student, teacher: teacher.featureNetwork)
  }
}
