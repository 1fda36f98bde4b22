import Comparisons
import Foundation

extension PairComparison {
  /// Returns the costs that both studies trade against accuracy.
  static func metrics(
    _ before: FrontFile, _ after: FrontFile, cost: String?
  ) throws(ComparisonRefusal) -> [String] {
    if let cost {
      for file in [before, after]
      where !FrontFile.isCost(cost)
        || !file.students.contains(where: { file.value(of: cost, $0) != nil })
      {
        throw .unknownCost(cost, file: file.subject, known: file.knownCosts)
      }
      return [cost]
    }
    let first = before.minimized.map { sharedName(of: $0, in: before, comparedWith: after) }
    let second = after.minimized.map { sharedName(of: $0, in: after, comparedWith: before) }
    let common = first.filter(second.contains)
    guard !common.isEmpty else { throw .noCommonCost(before: first, after: second) }
    return common
  }

  /// Returns what a study's metric is called in a comparison: where the studies have unlike numbers of devices, one that
  /// names none is that of the only device.
  private static func sharedName(
    of metric: String, in file: FrontFile, comparedWith other: FrontFile
  ) -> String {
    file.hardware.count == other.hardware.count ? metric : file.qualified(metric)
  }

  /// Returns a study's bounds by the names that their metrics have in a comparison.
  static func bounds(
    _ texts: [String], in file: FrontFile, comparedWith other: FrontFile
  ) -> [MetricBound] {
    let bounds: [MetricBound] = texts.flatMap { (try? MetricBound.all(in: $0)) ?? [] }
    return bounds.map { bound in
      MetricBound(
        sharedName(of: bound.metric, in: file, comparedWith: other), bound.relation, bound.bound)
    }
  }

  /// Returns what one of the studies or both ask about: named budgets, and the upper limits together.
  static func askedBudgets(_ before: FrontFile, _ after: FrontFile) -> [Budget] {
    let files = [before, after]
    var budgets: [Budget] = []
    func add(_ name: String, _ texts: [String], side: Int, _ trial: Int?) {
      let bounds = bounds(texts, in: files[side], comparedWith: files[1 - side])
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
    for (side, file) in files.enumerated() {
      for budget in file.budgets { add(budget.name, budget.constraints, side: side, budget.trial) }
    }
    for (side, file) in files.enumerated() {
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
