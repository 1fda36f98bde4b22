import Distillation
import FileFormats
import NeuralNetworks
import SearchSpaces

extension StudyInputs {
  /// Checks that the recipes' losses can be computed, and that the parts that are to stand still and the places of
  /// auxiliary heads are there: for students of the first and of the last values. Others may still lack a place, which
  /// ends their training with a message that names it.
  ///
  /// - Throws: `JSONError` naming the field.
  func checkLosses() throws(JSONError) {
    let recipes = try definition.recipes.everyRecipe()
    if let obstacle = teacher.obstacleToFeatures,
      let (field, _) = recipes.first(where: { $0.recipe.comparesFeatures })
    {
      throw .invalid(
        file: folder.definition, field: field, value: "a loss that compares features",
        expected: "losses that read logits alone: \(obstacle)")
    }
    for (key, student) in exampleStudents {
      for (field, recipe) in recipes {
        do {
          _ = try recipe.comparisons(student: student, teacher: teacher.featureNetwork)
        } catch {
          throw .invalid(
            file: folder.definition, field: field, value: "a recipe for the student \(key)",
            expected: "losses, teaching and stages that fit it: \(error)")
        }
      }
    }
  }

  /// What the losses on features compare, of one student; others are matched in the same way.
  var lossNotes: [String] {
    guard let (key, student) = exampleStudents.last,
      let notes = try? definition.full.comparisons(
        student: student, teacher: teacher.featureNetwork)
    else { return [] }
    return notes.map { "losses of the student \(key): \($0)" }
  }

  /// The students of the first and of the last values, as far as they can be built.
  private var exampleStudents: [(key: String, network: Network)] {
    [0, 0.999_999].compactMap { place in
      let architecture = space.architecture(
        atUnitPoint: [Double](repeating: place, count: space.parameters.count))
      return (try? network(of: architecture)).map { (space.key(of: architecture), $0) }
    }
  }
}
