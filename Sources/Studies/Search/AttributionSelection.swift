import Foundation
import SearchSpaces

/// Chooses the full trainings that tell the architecture's part of the gain from the recipe's, when the finalists are
/// trained: the best student's network with the default recipe, and the reference design nearest to it in cost with
/// its recipe.
struct AttributionSelection {
  let inputs: StudyInputs

  /// Returns the students to train; none in a study that does not ask for them, and where the best student has the
  /// default recipe.
  ///
  /// - Parameter designs: The reference designs that are trained.
  func controls(
    _ state: StudyState, besides designs: [JournalEvent.ReferencesChosen.Design]
  ) -> [JournalEvent.ReferencesChosen.Design] {
    let definition = inputs.definition
    guard definition.attribution else { return [] }
    let students = StudyResults(definition, state).students
    guard let best = students.filter({ $0.keepsLimits && !$0.isBelowFloor }).mostAccurate else {
      return []
    }
    func distance(_ design: JournalEvent.ReferencesChosen.Design) -> Double {
      let (cost, own) = (definition.firstCost(design.costs), definition.firstCost(best.costs))
      return abs(log(max(1e-12, cost)) - log(max(1e-12, own)))
    }
    let nearest = designs.min { (distance($0), $0.key) < (distance($1), $1.key) }
    guard
      let controls = try? AttributionControls(
        student: best.key, reference: nearest?.key, in: inputs.space)
    else { return [] }
    var chosen: [JournalEvent.ReferencesChosen.Design] = []
    if let key = controls.ownDefault {
      chosen.append(
        .init(
          name: "trial \(best.trial)'s network with the default recipe", key: key,
          costs: best.costs, isControl: true))
    }
    if let key = controls.otherRecipe, let nearest {
      chosen.append(
        .init(
          name: "\(nearest.name) with the recipe of trial \(best.trial)", key: key,
          costs: nearest.costs, isControl: true))
    }
    return chosen.filter { control in !designs.contains { $0.key == control.key } }
  }
}
