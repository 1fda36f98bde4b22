import FileFormats
import HardwareProfiles
import Studies

extension JSONReport {
  /// What each budget gets.
  var budgets: JSONText {
    .array(
      inputs.results.budgets.map { result in
        .object([
          ("name", .text(result.budget.name)),
          ("constraints", .array(result.budget.constraints.map { .text($0.description) })),
          ("kept", JSONText(result.isKept)),
          ("trial", JSONText(result.student.trial)),
          ("key", .text(result.student.key)),
          ("validation_accuracy", JSONText(result.student.validationAccuracy, decimals: 5)),
          ("test_accuracy", JSONText(result.student.testAccuracy, decimals: 5)),
          ("violation", JSONText(result.violation, decimals: 5)),
          ("tied", .array(result.ties.trials.map(JSONText.init))),
          ("tied_paired", JSONText(result.ties.isPaired)),
        ])
      })
  }

  /// Why nothing is feasible, and what would have to give; null where something is.
  var infeasibility: JSONText {
    guard let nothing = inputs.state.nothingFeasible, let limits = nothing.limits else {
      return .null
    }
    return .object([
      ("exhaustive", JSONText(nothing.isExhaustive ?? false)),
      ("limits", .array(limits.map(limit))),
      ("changes", .array((nothing.changes ?? []).map(change))),
      ("in_words", .array(inputs.infeasibilitySentences.map(JSONText.text))),
    ])
  }

  private func limit(_ limit: JournalEvent.NothingFeasible.Limit) -> JSONText {
    .object([
      ("constraint", .text(limit.constraint)),
      ("rejected", JSONText(limit.rejected)),
      ("key", .text(limit.key)),
      ("value", JSONText(limit.cost.value, decimals: 5)),
      ("standard_error", JSONText(limit.cost.standardError, decimals: 5)),
      ("excess", JSONText(limit.excess, decimals: 5)),
    ])
  }

  private func change(_ change: JournalEvent.NothingFeasible.Change) -> JSONText {
    .object([
      ("constraint", .text(change.constraint)),
      ("parameter", .text(change.parameter)),
      ("from", .text(change.from)),
      ("to", .text(change.to)),
      ("before", JSONText(change.before.value, decimals: 5)),
      ("after", JSONText(change.after.value, decimals: 5)),
      ("excess", JSONText(change.excess, decimals: 5)),
      ("then_binding", JSONText(change.binding)),
      ("then_excess", JSONText(change.bindingExcess, decimals: 5)),
    ])
  }
}
