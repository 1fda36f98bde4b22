/// How well repetitions of one measurement rank alike: what any other score can be expected to agree
/// with at most.
public struct SeedReliability: Sendable, Hashable {
  /// The mean Spearman correlation between two repetitions.
  public let single: Double
  /// The number of repetitions.
  public let count: Int

  /// Compares repetitions.
  ///
  /// - Parameter repetitions: For each repetition the values of all subjects, in one order.
  /// - Returns: Nil if there are fewer than two, or no two of them have a correlation.
  public init?(_ repetitions: [[Double]]) {
    var correlations: [Double] = []
    for first in repetitions.indices {
      for second in repetitions.indices.dropFirst(first + 1) {
        if let value = RankCorrelation.value(
          .spearman, of: repetitions[first], and: repetitions[second])
        {
          correlations.append(value)
        }
      }
    }
    guard !correlations.isEmpty else { return nil }
    single = correlations.reduce(0, +) / Double(correlations.count)
    count = repetitions.count
  }

  /// The reliability of the mean of all repetitions.
  public var ofMean: Double { ofMean(of: count) }

  /// Returns the reliability of the mean of m repetitions: m·r / (1 + (m − 1)·r); 0 where the
  /// repetitions do not agree at all.
  ///
  /// Sources: Spearman 1910, doi:10.1111/j.2044-8295.1910.tb00206.x; Brown 1910,
  /// doi:10.1111/j.2044-8295.1910.tb00207.x.
  public func ofMean(of repetitions: Int) -> Double {
    guard single > 0 else { return 0 }
    let m = Double(repetitions)
    return m * single / (1 + (m - 1) * single)
  }

  /// The correlation with the mean that a score without any error of its own would have, the root of the
  /// reliability; nil where the repetitions do not agree.
  ///
  /// Exact for linear correlations, and close for ranks. Source: Spearman 1904, doi:10.2307/1412159.
  public var ceiling: Double? { ofMean > 0 ? ofMean.squareRoot() : nil }
}

/// Returns the variance within groups, from all of them: the sum of squares about each group's mean,
/// divided by the number of values less the number of groups; nil if every group has one value.
public func pooledVariance(of groups: [[Double]]) -> Double? {
  var squares = 0.0
  var freedom = 0
  for group in groups where group.count > 1 {
    let mean = group.reduce(0, +) / Double(group.count)
    squares += group.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    freedom += group.count - 1
  }
  return freedom > 0 ? squares / Double(freedom) : nil
}
