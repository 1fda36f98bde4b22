import Distillation
import FileFormats
import Foundation

/// A flash training that differs from the study's, so that recipes can be compared.
///
/// It travels to the workers as the JSON that a study would have, so whatever a study can say of a
/// recipe, a variant can.
package struct FlashVariant: Hashable, Sendable, Codable {
  /// What `study.json` would have under "flash"; what it leaves out is as in the study.
  package var flash: String?
  /// What it would have under "full": what is compressed, or cut.
  package var full: String?
  /// Whether the full schedule is begun and broken off instead of being compressed, with the full
  /// training's batch.
  package var isCut = false

  package init(flash: String? = nil, full: String? = nil, isCut: Bool = false) {
    (self.flash, self.full, self.isCut) = (flash, full, isCut)
  }

  enum CodingKeys: String, CodingKey {
    case flash, full
    case isCut = "cut"
  }
}

extension FlashVariant {
  /// Returns the variant's flash recipe.
  ///
  /// - Throws: `JSONError` naming the field that cannot be read.
  package func flashRecipe(in study: StudyDefinition) throws(JSONError) -> FlashRecipe {
    guard let flash else { return study.flash }
    return try FlashVariant.flashRecipe(
      JSONField(json: Data(flash.utf8), file: "flash"), in: study)
  }

  /// Reads a variant's flash recipe.
  ///
  /// - Throws: `JSONError` naming the field that cannot be read.
  package static func flashRecipe(
    _ field: JSONField, in study: StudyDefinition
  ) throws(JSONError) -> FlashRecipe {
    if let recipe = try field.object("a flash recipe").first(where: { $0.name == "recipe" }) {
      throw recipe.field.expected(
        "no \"recipe\" here: what a variant compresses in another way is said by its \"full\"")
    }
    return try FlashRecipe(field, defaults: study.flash)
  }

  /// Returns the training that the variant makes of a study's.
  ///
  /// - Parameter fraction: The flash fraction, where it is not that of the variant or the study.
  /// - Throws: `JSONError` naming the field that cannot be read.
  package func training(
    in study: StudyDefinition, fraction: Double? = nil, trainingCount: Int
  ) throws(JSONError) -> PlannedTraining {
    var fullRecipe = isCut ? study.full : study.flashSource
    if let full {
      fullRecipe = try Recipe(
        JSONField(json: Data(full.utf8), file: "full"), defaults: fullRecipe)
    }
    var flashRecipe = try flashRecipe(in: study)
    if let fraction { flashRecipe.fraction = fraction }
    guard isCut else {
      return PlannedTraining(
        recipe: flashRecipe.compressed(fullRecipe), end: nil,
        statisticsBatches: flashRecipe.statisticsBatches)
    }
    let steps = fullRecipe.steps(trainingCount: trainingCount)
    return PlannedTraining(
      recipe: fullRecipe, end: max(1, Int((flashRecipe.fraction * Double(steps)).rounded())),
      statisticsBatches: flashRecipe.statisticsBatches)
  }
}

/// A recipe as it is carried out.
package struct PlannedTraining: Hashable, Sendable {
  package var recipe: Recipe
  /// After how many steps the schedule is broken off; nil if it is not.
  package var end: Int?
  /// Batches over which batch-norm statistics are taken again at the end.
  package var statisticsBatches: Int

  /// The full training of a study's students.
  package static func full(in study: StudyDefinition) -> PlannedTraining {
    PlannedTraining(
      recipe: study.full, end: nil, statisticsBatches: study.flash.statisticsBatches)
  }

  /// Everything that it says, on one line: equal texts are equal trainings.
  package var identity: String {
    "\(recipe.identity) end=\(end.map(String.init) ?? "none") statistics=\(statisticsBatches)"
  }

  /// Images that pass forward alone, for the batch-norm statistics at the end.
  package func statisticsImages(trainingCount: Int) -> Int {
    recipe.batch
      * min(statisticsBatches, recipe.stepsPerEpoch(trainingCount: trainingCount))
  }
}
