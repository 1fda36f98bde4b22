import Foundation

/// The standardisation of measured values for the surrogate.
///
/// A student that failed to learn lies tens of deviations below the others. How bad it is must
/// not set the scale in which the good ones are told apart, so values more than `reach` robust
/// deviations below the median are drawn up to that bound before mean and deviation are taken.
struct OutputScale: Sendable {
  private let bound: Double
  private let mean: Double
  private let deviation: Double

  private static let reach = 3.0

  /// Creates the scale of finite values, at least one.
  init(of values: [Double]) {
    let sorted = values.sorted()
    let median = quantile(sorted, probability: 0.5)
    let distances = sorted.map { abs($0 - median) }.sorted()
    // 1.4826 makes the median absolute deviation that of a normal distribution.
    let spread = 1.4826 * quantile(distances, probability: 0.5)
    let bound = spread > 0 ? median - OutputScale.reach * spread : -.infinity
    let drawn = values.map { max($0, bound) }
    let count = Double(values.count)
    let mean = drawn.reduce(0, +) / count
    let variance = drawn.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    self.bound = bound
    self.mean = mean
    deviation = variance > 0 ? variance.squareRoot() : 1
  }

  /// Returns a value in standard units.
  func standardized(_ value: Double) -> Double {
    (max(value, bound) - mean) / deviation
  }

  /// Returns the variance of a value's error in standard units.
  func standardizedVariance(standardError: Double) -> Double {
    let error = standardError / deviation
    return error * error
  }
}
