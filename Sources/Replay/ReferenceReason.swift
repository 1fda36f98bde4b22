import Foundation
import ParetoFronts

/// Why no row of a table beats the reference point, from which fronts are scored.
struct ReferenceReason: CustomStringConvertible {
  let description: String

  /// - Returns: Nil if the metric has no values, or some row beats the reference in each column.
  init?(
    metric: String, values: [Double], costs: [(name: String, values: [Double])],
    isAllowed: [Bool], references: [String: Double]
  ) {
    guard values.contains(where: { !$0.isNaN }) else { return nil }
    let allowed = values.indices.filter { isAllowed[$0] && !values[$0].isNaN }
    guard !allowed.isEmpty else {
      description = "no row of the table that has a value of \(metric) meets the constraints"
      return
    }
    /// What stands in the way in one column; nil if some of the rows are better than the reference.
    func obstacle(
      _ name: String, _ column: [Double], usual: (reference: Double, what: String), isCost: Bool
    ) -> String? {
      let given = references[name]
      let reference = given ?? usual.reference
      let known = allowed.map { column[$0] }.filter { !$0.isNaN }
      guard !known.contains(where: { isCost ? $0 < reference : $0 > reference }) else { return nil }
      let all =
        known.allSatisfy { $0 == known.first }
        ? "all of them have \(ReferenceReason.text(known.first ?? reference))"
        : "the best is \(ReferenceReason.text((isCost ? known.min() : known.max()) ?? reference))"
      return "\(name) \(isCost ? "below" : "above") \(ReferenceReason.text(reference)) ("
        + (given == nil ? usual.what : "given as --reference") + "; \(all))"
    }
    var obstacles: [(name: String, text: String)] = []
    let base = (FrontScore.usualReference(ofValues: values), "the column's 10th percentile")
    if let text = obstacle(metric, values, usual: base, isCost: false) {
      obstacles.append((metric, text))
    }
    for (name, column) in costs {
      let usual = (FrontScore.usualReference(ofCosts: column), "the column's maximum")
      if let text = obstacle(name, column, usual: usual, isCost: true) {
        obstacles.append((name, text))
      }
    }
    let point = ([metric] + costs.map(\.name)).joined(separator: ", ")
    let count = allowed.count == 1 ? "the one row" : "none of the \(allowed.count) rows"
    let options = (obstacles.isEmpty ? costs.map(\.name) : obstacles.map(\.name))
      .map { "--reference \($0)=X" }.joined(separator: " ")
    description =
      obstacles.isEmpty
      ? "\(count) that meet the constraints beats the reference point in all of \(point) at once; "
        + "\(options) sets another"
      : "\(count) that meet the constraints has \(obstacles.map(\.text).joined(separator: ", nor ")), "
        + "so no front can be scored: \(options) sets another reference"
  }

  private static func text(_ value: Double) -> String { String(format: "%.6g", value) }
}
