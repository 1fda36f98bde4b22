import Foundation
import HardwareProfiles
import SearchSpaces
import Statistics
import Studies

extension ReportInputs {
  /// The decisions of the space: their values, what they are worth, and what the trials chose; nil before the
  /// first trial.
  var decisionSection: ReportSection? {
    let rows = trials.rows.filter { $0.projected != nil }
    guard !rows.isEmpty else { return nil }
    var blocks: [ReportBlock] = []
    if let chart = ParallelChart(self) {
      blocks.append(.drawing(chart.drawing()))
      blocks.append(
        .paragraph(
          "One line for each flash trial with a result, through the values that it chose, to its first "
            + "cost and its projected accuracy; fully trained students are drawn over the others."
            + (chart.isSelection ? " Of so many flash trials an even selection is drawn." : "")))
    }
    blocks += importanceBlocks(rows)
    blocks.append(.table(decisionTable(rows)))
    return ReportSection(anchor: "decisions", title: "The decisions", blocks: blocks)
  }

  private func importanceBlocks(_ rows: [TrialTable.Row]) -> [ReportBlock] {
    let known = rows.compactMap { row in
      (try? space.architecture(key: row.key)).map { (row: row, levels: space.levels(of: $0)) }
    }
    func importance(_ outcome: (TrialTable.Row) -> Double) -> PermutationImportance? {
      PermutationImportance(
        levels: known.map(\.levels), outcomes: known.map { outcome($0.row) }, seed: definition.seed)
    }
    let accuracy = importance { $0.projected?.accuracy ?? 0 }
    let cost = importance { log(max(1e-12, definition.firstCost($0.costs))) }
    guard let accuracy, let cost else {
      return [
        .paragraph(
          "What the decisions are worth is not estimated: that takes a dozen different trials with a "
            + "result.")
      ]
    }
    let objective = definition.objectives[0]
    let costs = Dictionary(
      cost.entries.map { ($0.decision, $0) }, uniquingKeysWith: { first, _ in first })
    func name(_ entry: PermutationImportance.Entry) -> String {
      space.parameters[entry.decision].name
    }
    func text(_ entry: PermutationImportance.Entry?) -> String {
      entry.map {
        "\($0.median.percent(1)) (\($0.interval.lowerBound.percent(1)) to "
          + "\($0.interval.upperBound.percent(1)))"
      }?.replacing("-", with: "−") ?? "–"
    }
    return [
      .table(
        ReportTable(
          caption:
            "Importance of the decisions among \(counted(accuracy.count, "trial")): per cent of "
            + "the variance lost when a decision is permuted, with 95 % bootstrap intervals",
          columns: [
            .init("decision"), .init("for the projected accuracy", .number),
            .init("for \(objective.title) (logarithm)", .number), .init("how sure"),
          ],
          rows: accuracy.entries.sorted { ($1.median, name($0)) < ($0.median, name($1)) }.map {
            entry in
            [
              name(entry), text(entry), text(costs[entry.decision]),
              entry.interval.lowerBound > 0
                ? "moves accuracy" : "may be chance for accuracy",
            ]
          })),
      .paragraph(
        "Permutation importance over an additive ridge surrogate of the decisions, on the trials that each "
          + "of 60 bootstrap resamples left out. The surrogate explains "
          + "\(max(0, accuracy.explained).percent(0)) % of the variance of the projected accuracy and "
          + "\(max(0, cost.explained).percent(0)) % of the cost's; interactions are not seen, and the "
          + "trials of a search are no even sample of its space."
          + (accuracy.explained < 0.1
            ? " Where it explains next to nothing of the accuracy, these importances of it say nothing."
            : "")),
    ]
  }

  /// How often each value was tried, and how often it is on the front.
  private func decisionTable(_ rows: [TrialTable.Row]) -> ReportTable {
    let tried = rows.compactMap { try? space.architecture(key: $0.key) }
    let front = rows.filter(\.isOnFront).compactMap { try? space.architecture(key: $0.key) }
    func counts(_ decision: Int, _ architectures: [Architecture]) -> [Int] {
      var counts = [Int](repeating: 0, count: space.parameters[decision].values.count)
      for architecture in architectures where space.isActive(decision, in: architecture) {
        counts[architecture.choices[decision]] += 1
      }
      return counts
    }
    let fixed = Set(space.fixedDecisions.map(\.parameter))
    return ReportTable(
      caption:
        "The decisions in the order of a key's characters: what a character means, and how many "
        + "trials (in brackets: students of the front) chose it",
      columns: [.init("decision"), .init("values")],
      rows: space.parameters.enumerated().map { index, parameter in
        let (all, best) = (counts(index, tried), counts(index, front))
        let values = parameter.values.indices.map { value in
          "\(symbol(value)): \(parameter.values[value]), \(all[value])"
            + (best[value] > 0 ? " (\(best[value]))" : "")
        }
        let isFixed = fixed.contains(parameter.name)
        return [parameter.name + (isFixed ? " (fixed)" : ""), values.joined(separator: "; ")]
      })
  }

  /// Returns how a key writes the index of a value.
  private func symbol(_ index: Int) -> String { String(index, radix: 36) }
}
