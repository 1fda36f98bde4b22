import Foundation

/// The standard normal distribution, accurate far into both tails.
public enum NormalDistribution {
  /// The 97.5 % quantile: 95 % of all draws lie within this many deviations of the mean.
  public static let reach95 = 1.959963984540054
  /// The standard deviation of a normal distribution whose median absolute deviation is 1, to five digits.
  public static let deviationsPerMedianDistance = 1.4826

  /// Returns the density φ(z).
  public static func density(_ z: Double) -> Double {
    exp(logDensity(z))
  }

  /// Returns log φ(z).
  public static func logDensity(_ z: Double) -> Double {
    -0.5 * (z * z + log(2 * .pi))
  }

  /// Returns Φ(z), the probability of a draw below `z`.
  public static func cumulative(_ z: Double) -> Double {
    0.5 * erfc(-z * 0.5.squareRoot())
  }

  /// Returns log Φ(z).
  ///
  /// Relative error below 1e-10 for |z| ≤ 100. Below −20, where Φ is about to underflow, the
  /// asymptotic series of Mills' ratio: Abramowitz and Stegun 26.2.12.
  public static func logCumulative(_ z: Double) -> Double {
    if z > 0 { return log1p(-cumulative(-z)) }
    if z > -20 { return log(cumulative(z)) }
    let u = 1 / (z * z)
    let series = u * (-1 + u * (3 + u * (-15 + u * (105 + u * (-945 + u * 10395)))))
    return logDensity(z) - log(-z) + log1p(series)
  }

  /// Returns `log(φ(z) + z·Φ(z))`, the log of expected improvement in units of σ.
  ///
  /// Absolute error below 1e-10 for −100 ≤ z ≤ 10. Source: Ament et al. 2023, arXiv:2310.20708.
  public static func logExpectedImprovement(_ z: Double) -> Double {
    if z > -20 {
      return log(density(z) + z * cumulative(z))
    }
    // φ(z) and z·Φ(z) now agree in all but their last digits. Integrating Φ's asymptotic
    // series term by term gives h(z) = φ(z)/z² · (1 − 3/z² + 15/z⁴ − 105/z⁶ + …).
    let u = 1 / (z * z)
    let series = u * (-3 + u * (15 + u * (-105 + u * (945 - u * 10395))))
    return logDensity(z) + log(u) + log1p(series)
  }

  /// Returns the logarithm of E[(Y − threshold)⁺] of a Y with this mean and deviation; with deviation 0 it
  /// is certain.
  public static func logExpectedExcess(
    over threshold: Double, mean: Double, deviation: Double
  ) -> Double {
    guard deviation > 0 else { return log(max(0, mean - threshold)) }
    return log(deviation) + logExpectedImprovement((mean - threshold) / deviation)
  }
}
