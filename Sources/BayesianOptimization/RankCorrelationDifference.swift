import TensorKernels

/// By how much one score ranks better than another, both against the same values.
public struct RankCorrelationDifference: Sendable, Hashable {
  /// The first score's Spearman correlation less the second's.
  public let value: Double
  /// The bootstrap interval of the difference, both scores seen on the same resamples.
  public let interval: ClosedRange<Double>

  /// Compares two scores, with a percentile bootstrap interval over resampled subjects.
  ///
  /// Resamples in which a side is constant are left out.
  ///
  /// - Returns: Nil if one of the scores has no correlation with the values.
  public init?(
    of first: [Double], over second: [Double], against values: [Double], level: Double = 0.95,
    resamples: Int = 2000, using random: inout RandomStream
  ) {
    precondition(
      first.count == values.count && second.count == values.count,
      "scores of \(first.count) and \(second.count) against \(values.count)")
    precondition((0..<1).contains(level), "a level lies in [0, 1), got \(level)")
    func difference(_ rows: some Sequence<Int>) -> Double? {
      let rows = Array(rows)
      let truth = rows.map { values[$0] }
      guard
        let a = RankCorrelation.value(.spearman, of: rows.map { first[$0] }, and: truth),
        let b = RankCorrelation.value(.spearman, of: rows.map { second[$0] }, and: truth)
      else { return nil }
      return a - b
    }
    guard let value = difference(values.indices) else { return nil }
    self.value = value
    var differences: [Double] = []
    for _ in 0..<resamples {
      let rows = values.indices.map { _ in random.integer(below: values.count) }
      if let difference = difference(rows) { differences.append(difference) }
    }
    differences.sort()
    interval =
      differences.isEmpty
      ? -2...2
      : quantile(
        differences, probability: (1 - level) / 2)...quantile(
          differences, probability: (1 + level) / 2)
  }
}
