import Distillation
import FileFormats
import HardwareProfiles
import Studies

extension JSONReport {
  /// The reference designs, and whether the search has beaten them; null before they are chosen, and where
  /// there are none.
  var references: JSONText {
    guard let chosen = inputs.state.references else { return .null }
    return .object([
      ("designs", .array(inputs.results.references.map(design))),
      ("failed", .array(inputs.results.failedReferences.map(JSONText.text))),
      (
        "not_trained",
        .array(
          chosen.refused.map { refused in
            .object([
              ("name", .text(refused.name)), ("key", .text(refused.key)),
              ("reason", .text(refused.reason)),
            ])
          })
      ),
      ("comparisons", .array(inputs.results.comparisons.map(comparison))),
      ("dominated", JSONText(inputs.results.dominatedReferences.count)),
      ("in_words", .array(inputs.referenceSentences.map(JSONText.text))),
    ])
  }

  private func design(_ reference: StudyResults.Reference) -> JSONText {
    let interval = reference.validation.interval
    return .object(
      [
        ("name", .text(reference.name)),
        ("key", .text(reference.key)),
        ("architecture", .text(inputs.words(reference.key))),
        ("trial", reference.trial.map { JSONText($0) } ?? .null),
        ("validation_accuracy", JSONText(reference.validationAccuracy, decimals: 5)),
        ("validation_low", JSONText(interval?.lowerBound, decimals: 5)),
        ("validation_high", JSONText(interval?.upperBound, decimals: 5)),
        ("test_accuracy", JSONText(reference.testAccuracy, decimals: 5)),
        ("seeds", JSONText(reference.validation.count)),
        ("dominated_by", reference.dominatedBy.map { JSONText($0) } ?? .null),
        ("runs", runs(reference.runs)),
      ]
        + inputs.definition.objectives.map { metric in
          (metric.description, JSONText(try? reference.costs.value(of: metric), decimals: 5))
        } + otherCosts(reference.costs))
  }

  /// The costs as the students have them that are no objectives.
  private func otherCosts(_ costs: Costs) -> [(String, JSONText)] {
    let objectives = Set(inputs.definition.objectives.map(\.description))
    return zip(FrontTable.costColumns(inputs), FrontTable.costCells(costs, inputs))
      .filter { !objectives.contains($0.0.name) }
      .map { ($0.name, $1.isEmpty ? .null : .literal($1)) }
  }

  private func comparison(_ comparison: StudyResults.ReferenceComparison) -> JSONText {
    let difference = comparison.difference
    return .object([
      ("budget", JSONText(comparison.budget?.name)),
      ("verdict", .text(comparison.verdict.rawValue)),
      ("trial", comparison.student.map { JSONText($0.trial) } ?? .null),
      ("reference", JSONText(comparison.reference?.name)),
      ("difference", JSONText(difference?.value, decimals: 5)),
      // Half the interval's width, as files of earlier versions have it.
      (
        "difference_reach",
        JSONText(
          difference.map { ($0.interval.upperBound - $0.interval.lowerBound) / 2 }, decimals: 5)
      ),
      ("difference_low", JSONText(difference?.interval.lowerBound, decimals: 5)),
      ("difference_high", JSONText(difference?.interval.upperBound, decimals: 5)),
      ("p_holm", JSONText(comparison.pValue, decimals: 5)),
      ("method", JSONText(difference?.method.rawValue)),
      ("within", JSONText(comparison.within)),
      ("beaten", JSONText(comparison.beaten)),
    ])
  }
}
