import RandomStreams

/// A statistic of a sample with its percentile bootstrap interval.
///
/// Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
public struct BootstrapEstimate: Hashable, Sendable {
  /// The statistic of the sample itself.
  public let value: Double
  /// The interval over resamples; the value alone where no resample has the statistic.
  public let interval: ClosedRange<Double>

  /// Estimates a statistic.
  ///
  /// - Parameters:
  ///   - count: The size of the sample.
  ///   - level: The share of resamples that the interval spans.
  ///   - resamples: How often to resample.
  ///   - statistic: The statistic of the members with these indices, which may repeat; nil if they have
  ///     none. Such resamples are left out.
  /// - Returns: Nil if the sample itself has no such statistic.
  public init?(
    count: Int, level: Double = 0.95, resamples: Int = 2000, using random: inout RandomStream,
    _ statistic: ([Int]) -> Double?
  ) {
    guard let value = statistic(Array(0..<count)) else { return nil }
    self.value = value
    interval =
      bootstrapInterval(
        count: count, level: level, resamples: resamples, using: &random, statistic)
      ?? value...value
  }
}

/// Returns the interval that spans a share of a statistic's resamples; nil if none of them has it.
func bootstrapInterval(
  count: Int, level: Double, resamples: Int, using random: inout RandomStream,
  _ statistic: ([Int]) -> Double?
) -> ClosedRange<Double>? {
  precondition((0..<1).contains(level), "a level lies in [0, 1), got \(level)")
  var values: [Double] = []
  for _ in 0..<resamples {
    let indices = (0..<count).map { _ in random.integer(below: count) }
    if let value = statistic(indices) { values.append(value) }
  }
  guard !values.isEmpty else { return nil }
  values.sort()
  return quantile(
    values, probability: (1 - level) / 2)...quantile(
      values, probability: (1 + level) / 2)
}
