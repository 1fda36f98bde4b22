import Comparisons
import Studies

/// What a student's architecture and its recipe have given over a reference design with the default recipe, on the test
/// split at full length.
///
/// The four corners are two architectures with two recipes each. Adding the recipe first or the architecture first tells
/// different parts of the same gain; the mean of both orders is each one's part, and the parts sum to the gain: the value of Shapley,
/// "A value for n-person games", 1953, for two players.
struct GainAttribution: Sendable {
  /// One difference between two corners.
  struct Step: Sendable {
    let name: String
    let difference: AccuracyDifference
    /// What can be said of it, chance of images and of trainings taken into account.
    let verdict: ChangeVerdict
  }

  let student: StudyResults.Student
  /// What the recipe gave to the student's own network; nil where that is not trained with the default recipe.
  let recipeStep: Step?
  /// The steps of all four corners, the whole gain last; empty where a corner is missing.
  let steps: [Step]
  /// The parts of the gain, in shares of the images; nil where a corner is missing.
  let parts: (architecture: Double, recipe: Double)?

  /// - Parameter noise: How much trainings of one student differ on the test split; nil where that is not known.
  init?(_ student: StudyResults.Student, _ inputs: ReportInputs, noise: TrainingNoise?) {
    let results = inputs.results
    let trained =
      results.students.map { (key: $0.key, runs: $0.runs) }
      + (results.references + results.controls).map { (key: $0.key, runs: $0.runs) }
    func accuracy(_ key: String?) -> MeasuredAccuracy? {
      trained.first { $0.key == key }?.runs.measuredTest
    }
    func step(_ name: String, _ first: MeasuredAccuracy, _ second: MeasuredAccuracy) -> Step {
      // Any gain is one, however small.
      let rule = ChangeRule(floor: 0)
      let change = rule.change(from: (second, noise), to: (first, noise))
      return Step(
        name: name, difference: change.difference, verdict: rule.verdict(change))
    }
    guard let best = accuracy(student.key),
      let own = try? AttributionControls(student: student.key, reference: nil, in: inputs.space),
      let plain = accuracy(own.ownDefault)
    else { return nil }
    self.student = student
    recipeStep = step("the recipe, for this network", best, plain)
    let corners = results.references.lazy.compactMap { reference in
      let controls = try? AttributionControls(
        student: student.key, reference: reference.key, in: inputs.space)
      return accuracy(reference.key).flatMap { design in
        accuracy(controls?.otherRecipe).map { (reference.name, design, $0) }
      }
    }
    guard let (name, design, crossed) = corners.first else {
      (steps, parts) = ([], nil)
      return
    }
    let steps = [
      step("the recipe, for the network of trial \(student.trial)", best, plain),
      step("the recipe, for \(name)", crossed, design),
      step("the architecture, with the default recipe", plain, design),
      step("the architecture, with the recipe of trial \(student.trial)", best, crossed),
      step("both: trial \(student.trial) over \(name)", best, design),
    ]
    self.steps = steps
    parts = (
      (steps[2].difference.value + steps[3].difference.value) / 2,
      (steps[0].difference.value + steps[1].difference.value) / 2
    )
  }
}
