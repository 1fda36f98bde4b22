import RandomStreams

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
    func difference(_ rows: [Int]) -> Double? {
      let truth = rows.map { values[$0] }
      guard
        let a = RankCorrelation.value(.spearman, of: rows.map { first[$0] }, and: truth),
        let b = RankCorrelation.value(.spearman, of: rows.map { second[$0] }, and: truth)
      else { return nil }
      return a - b
    }
    guard let value = difference(Array(values.indices)) else { return nil }
    self.value = value
    interval =
      bootstrapInterval(
        count: values.count, level: level, resamples: resamples, using: &random, difference)
      ?? -2...2
  }
}
