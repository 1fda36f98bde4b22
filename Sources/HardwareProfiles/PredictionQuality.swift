import Statistics

/// How well predicted latencies agree with measured ones.
public struct PredictionQuality: Hashable, Sendable {
  public let count: Int
  /// Rank correlation, ties by mean ranks; 0 if either side is constant.
  public let spearman: Double
  /// The median of |predicted − measured| / measured, in per cent.
  public let medianAbsolutePercentageError: Double
  public let within5Percent: Double
  public let within10Percent: Double

  /// Compares two lists of positive numbers of one length, which must not be empty.
  public init(predicted: [Double], measured: [Double]) {
    precondition(predicted.count == measured.count && !predicted.isEmpty)
    let errors = zip(predicted, measured).map { abs($0 - $1) / $1 }
    func share(within limit: Double) -> Double {
      Double(errors.count { $0 <= limit }) / Double(errors.count)
    }
    count = predicted.count
    spearman = RankCorrelation.value(.spearman, of: predicted, and: measured) ?? 0
    medianAbsolutePercentageError = 100 * median(errors)
    within5Percent = share(within: 0.05)
    within10Percent = share(within: 0.1)
  }
}
