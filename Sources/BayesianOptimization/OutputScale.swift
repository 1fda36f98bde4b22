import Foundation
import Statistics

/// The standardisation of measured values for the surrogate.
///
/// A student that failed to learn lies tens of deviations below the others. How bad it is must
/// not set the scale in which the good ones are told apart, so values below a bound are drawn up to it
/// before mean and deviation are taken. The bound is the reference below which a trial is worth nothing;
/// where that is not known, `reach` robust deviations below the median.
struct OutputScale: Sendable {
  private let bound: Double
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
  ///     of all trials, and is not to be blown up.
  ///   - reference: The value below which a trial is worth nothing, if that is known: it is the bound.
  init(
    of values: [Double], reference: Double? = nil, alignedWith prior: [Double]? = nil,
    priorDoubt: Double = 0
  ) {
    guard !values.isEmpty else {
      (bound, mean, deviation) = (-.infinity, 0, 1)
      return
    }
    let sorted = values.sorted()
    let median = quantile(sorted, probability: 0.5)
    let distances = sorted.map { abs($0 - median) }.sorted()
    // 1.4826 makes the median absolute deviation that of a normal distribution.
    let spread = 1.4826 * quantile(distances, probability: 0.5)
    // Trials chosen by the other metric are few and mostly good: their spread says nothing of failures.
    let isBounded = spread > 0 && prior == nil
    let bound = isBounded ? reference ?? (median - OutputScale.reach * spread) : -.infinity
    let drawn = values.map { max($0, bound) }
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
    self.bound = bound
    self.mean = mean - offset
    self.deviation = deviation
  }

  /// Returns a value in standard units.
  func standardized(_ value: Double) -> Double {
    (max(value, bound) - mean) / deviation
  }

  /// Returns the value that is so many standard units.
  func raw(_ standardized: Double) -> Double { mean + deviation * standardized }

  /// Returns the deviation that is so many standard units.
  func rawDeviation(_ standardized: Double) -> Double { deviation * standardized }

  /// Returns the variance of a value's error in standard units.
  func standardizedVariance(standardError: Double) -> Double {
    let error = standardError / deviation
    return error * error
  }
}
