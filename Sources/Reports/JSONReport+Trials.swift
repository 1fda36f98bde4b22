import FileFormats
import SearchSpaces
import Studies

extension JSONReport {
  /// The flash trials, each on one line.
  var trials: JSONText {
    let rows = isForPage ? inputs.trials.shown : inputs.trials.rows
    return .array(rows.map { JSONText.literal(trial($0).line) })
  }

  private func trial(_ row: TrialTable.Row) -> JSONText {
    .object(
      [
        ("trial", JSONText(row.trial)),
        ("key", .text(row.key)),
        ("outcome", .text(row.outcome.rawValue)),
        ("flash_accuracy", JSONText(row.flashAccuracy, decimals: 5)),
        ("flash_fraction", JSONText(row.flashFraction, decimals: 5)),
        ("projected_accuracy", JSONText(row.projected?.accuracy, decimals: 5)),
        ("projected_sd", JSONText(row.projected?.standardError, decimals: 5)),
      ] + costs(row) + [("architecture", .text(inputs.words(row.key)))])
  }

  /// The costs as the students have them.
  private func costs(_ row: TrialTable.Row) -> [(String, JSONText)] {
    zip(FrontTable.costColumns(inputs), FrontTable.costCells(row.costs, inputs)).map {
      ($0.name, $1.isEmpty ? .null : .literal($1))
    }
  }

  /// The decisions of the search space in the order of a key's characters.
  var decisions: JSONText {
    .array(
      inputs.space.parameters.map { parameter in
        let decision = JSONText.object([
          ("name", .text(parameter.name)),
          ("values", .array(parameter.values.map { .text($0.description) })),
        ])
        return .literal(decision.line)
      })
  }
}
