import Foundation
import Statistics

/// The standardisation of measured values for the surrogate.
///
/// A student that failed to learn lies tens of deviations below the others. How bad it is must
/// not set the scale in which the good ones are told apart, so values below a bound are raised to it
/// before mean and deviation are taken. The bound b is the floor below which a trial is worth nothing to the
/// front, as far as half of the values are above it; else `reach` robust deviations below the median.
///
/// The best within a small budget may lie below the bound. From there, `least`, up to the bound, order is
/// kept and distances are compressed, with s the robust deviation of the values:
///
///     v ↦ b − s · log(1 + (b − max(v, least)) / s)
struct OutputScale: Sendable {
  private let bound: Double
  private let least: Double
  private let compression: Double
  private let mean: Double
  private let deviation: Double

  private static let reach = 3.0

  /// Creates the scale of finite values.
  ///
  /// - Parameters:
  ///   - prior: What another metric, in its own standard units, says of the same trials: this
  ///     scale then has the mean and, of three and more trials, the deviation of that one, so that a
  ///     difference of the two is a disagreement and not a matter of units.
  ///   - priorDoubt: The mean variance of what it says: a metric that knows little says nearly the same
  ///     of all trials, which must not be magnified.
  ///   - reference: The value below which a trial is worth nothing to the front, if that is known: it is
  ///     the bound.
  ///   - least: The least value that is the best of a budget; nil: none is below the bound.
  init(
    of values: [Double], reference: Double? = nil, least: Double? = nil,
    alignedWith prior: [Double]? = nil, priorDoubt: Double = 0
  ) {
    guard !values.isEmpty else {
      (bound, self.least, compression) = (-.infinity, -.infinity, 1)
      (mean, deviation) = (0, 1)
      return
    }
    let sorted = values.sorted()
    let median = quantile(sorted, probability: 0.5)
    let distances = sorted.map { abs($0 - median) }.sorted()
    let spread =
      NormalDistribution.deviationsPerMedianDistance * quantile(distances, probability: 0.5)
    // Trials chosen by the other metric are few and mostly good: their spread says nothing of failures.
    let isBounded = spread > 0 && prior == nil
    let usual = median - OutputScale.reach * spread
    let bound =
      isBounded ? reference.map { $0 < median ? $0 : usual } ?? usual : -.infinity
    let lowest = min(bound, least ?? bound)
    let drawn = values.map { OutputScale.drawn($0, bound: bound, least: lowest, spread) }
    let count = Double(values.count)
    let mean = drawn.reduce(0, +) / count
    let variance = drawn.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    var deviation = variance > 0 ? variance.squareRoot() : 1
    var offset = 0.0
    if let prior {
      let priorMean = prior.reduce(0, +) / count
      let priorVariance = prior.reduce(0) { $0 + ($1 - priorMean) * ($1 - priorMean) } / count
      let spread = priorVariance + priorDoubt
      if values.count >= 3 && spread > 0 { deviation /= spread.squareRoot() }
      offset = priorMean * deviation
    }
    (self.bound, self.least, compression) = (bound, lowest, spread)
    self.mean = mean - offset
    self.deviation = deviation
  }

  /// Returns a value in standard units.
  func standardized(_ value: Double) -> Double {
    (OutputScale.drawn(value, bound: bound, least: least, compression) - mean) / deviation
  }

  private static func drawn(
    _ value: Double, bound: Double, least: Double, _ spread: Double
  ) -> Double {
    value < bound ? bound - spread * log1p((bound - max(value, least)) / spread) : value
  }

  /// Returns the value of a number of standard units; distances below the bound stay compressed.
  func raw(_ standardized: Double) -> Double { mean + deviation * standardized }

  /// Returns a number of standard units as a deviation in the values' own.
  func rawDeviation(_ standardized: Double) -> Double { deviation * standardized }

  /// Returns the variance of a value's error in standard units, shortened as distances at the value are.
  func standardizedVariance(standardError: Double, at value: Double = .infinity) -> Double {
    let slope = value < bound ? 1 / (1 + (bound - max(value, least)) / compression) : 1
    let error = slope * standardError / deviation
    return error * error
  }
}
