import Comparisons
import Foundation

extension PairComparison {
  /// Returns the costs that both studies trade against accuracy.
  static func metrics(
    _ before: FrontFile, _ after: FrontFile, cost: String?
  ) throws(ComparisonRefusal) -> [String] {
    let isQualified = before.hardware.count != after.hardware.count
    func metrics(_ file: FrontFile) -> [String] {
      file.minimized.map { isQualified ? file.qualified($0) : $0 }
    }
    if let cost {
      for file in [before, after]
      where !file.students.contains(where: { file.value(of: cost, $0) != nil }) {
        throw .unknownMetric(cost, file: file.subject, known: file.knownMetrics)
      }
      return [cost]
    }
    let common = metrics(before).filter(metrics(after).contains)
    guard !common.isEmpty else {
      throw .noCommonCost(before: metrics(before), after: metrics(after))
    }
    return common
  }

  /// Returns what one of the studies or both ask about: named budgets, and the upper limits together.
  static func askedBudgets(_ before: FrontFile, _ after: FrontFile) -> [Budget] {
    let isQualified = before.hardware.count != after.hardware.count
    var budgets: [Budget] = []
    func add(_ name: String, _ texts: [String], side: Int, _ trial: Int?) {
      let file = [before, after][side]
      let bounds = texts.compactMap { try? MetricBound.all(in: $0) }.flatMap(\.self).map { bound in
        MetricBound(
          isQualified ? file.qualified(bound.metric) : bound.metric, bound.relation, bound.bound)
      }
      guard !bounds.isEmpty else { return }
      if let known = budgets.firstIndex(where: { $0.bounds == bounds }) {
        budgets[known].trials[side] = budgets[known].trials[side] ?? trial
        return
      }
      var trials: [Int?] = [nil, nil]
      trials[side] = trial
      budgets.append(
        Budget(name: name, bounds: bounds, confidence: before.confidence, trials: trials))
    }
    for (side, file) in [before, after].enumerated() {
      for budget in file.budgets { add(budget.name, budget.constraints, side: side, budget.trial) }
    }
    for (side, file) in [before, after].enumerated() {
      let limits = file.limits.filter { !$0.contains("accuracy") }
      add(limits.joined(separator: ", "), limits, side: side, nil)
    }
    return budgets
  }

  /// Returns up to four levels of a cost that students of both studies reach, evenly spread on a logarithmic scale and
  /// rounded up to two digits.
  static func levels(
    _ before: FrontFile, _ after: FrontFile, of metric: String
  ) -> [Budget] {
    let costs = [before, after].map { file in
      file.eligible.compactMap { file.value(of: metric, $0)?.value }.filter { $0 > 0 }
    }
    guard let low = costs.compactMap({ $0.min() }).max(),
      let high = costs.flatMap(\.self).max()
    else { return [] }
    var levels: [Double] = []
    for step in 0..<4 {
      let level = low * pow(max(1, high / low), Double(step) / 3)
      let unit = pow(10, floor(log10(level)) - 1)
      let rounded = (level / unit - 1e-9).rounded(.up) * unit
      // A product of powers of ten has digits of its own; the nearest short number is meant.
      let short = Double(String(format: "%.6g", rounded)) ?? rounded
      if levels.last != short { levels.append(short) }
    }
    return levels.map { level in
      let bound = MetricBound(metric, .atMost, level)
      return Budget(name: bound.description, bounds: [bound], confidence: 0.5, trials: [nil, nil])
    }
  }
}
