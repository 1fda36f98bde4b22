import Foundation
import Statistics

/// Student's distribution of t, with any number of degrees of freedom above 0; infinitely many give the normal one.
public struct StudentDistribution: Hashable, Sendable {
  public let freedom: Double

  public init(freedom: Double) {
    precondition(freedom > 0, "degrees of freedom must be above 0, got \(freedom)")
    self.freedom = freedom
  }

  /// Returns the probability of a draw whose size is at least that of `t`.
  ///
  ///     P(|T| ≥ t) = I_x(ν/2, 1/2),  x = ν / (ν + t²)
  ///
  /// Source: Abramowitz and Stegun, 26.7.1 and 26.5.27.
  public func twoSidedProbability(of t: Double) -> Double {
    guard freedom < 1e8 else { return 2 * NormalDistribution.cumulative(-abs(t)) }
    return regularizedBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
  }

  /// Returns how far to either side of 0 a share of all draws lies.
  public func reach(of confidence: Double) -> Double {
    guard freedom < 1e8 else { return NormalDistribution.reach(of: confidence) }
    var (low, high) = (0.0, 1.0)
    while twoSidedProbability(of: high) > 1 - confidence { high *= 2 }
    for _ in 0..<80 {
      let middle = 0.5 * (low + high)
      if twoSidedProbability(of: middle) > 1 - confidence { low = middle } else { high = middle }
    }
    return 0.5 * (low + high)
  }
}

/// Returns the regularised incomplete beta function I_x(a, b) for x from 0 to 1.
///
/// The continued fraction of Abramowitz and Stegun 26.5.8, evaluated as Lentz does; relative error about 1e-13.
func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  guard x > 0 else { return 0 }
  guard x < 1 else { return 1 }
  // The fraction converges quickly below the mean of the distribution.
  guard x <= (a + 1) / (a + b + 2) else { return 1 - regularizedBeta(1 - x, b, a) }
  let factor = exp(a * log(x) + b * log1p(-x) - logBeta(a, b))
  let tiny = 1e-300
  var c = 1.0
  var d = 1 - (a + b) * x / (a + 1)
  d = 1 / (abs(d) < tiny ? tiny : d)
  var fraction = d
  for index in 1...10_000 {
    let m = Double(index)
    for term in [
      m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
      -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
    ] {
      d = 1 + term * d
      d = 1 / (abs(d) < tiny ? tiny : d)
      c = 1 + term / c
      if abs(c) < tiny { c = tiny }
      fraction *= d * c
    }
    if abs(d * c - 1) < 1e-15 { break }
  }
  return factor * fraction / a
}

/// Returns log B(a, b).
///
/// Where one is ½ and the other large, the logarithms of Γ would lose their digits in the difference; the series of
/// log Γ(a + ½) − log Γ(a) keeps them (Abramowitz and Stegun 6.1.41, twice).
private func logBeta(_ a: Double, _ b: Double) -> Double {
  let large = max(a, b)
  guard min(a, b) == 0.5, large > 50 else { return lgamma(a) + lgamma(b) - lgamma(a + b) }
  let u = 1 / (large * large)
  let series = (-1.0 / 8 + u * (1.0 / 192 + u * (-1.0 / 640 + u * 17 / 14_336))) / large
  return 0.5 * log(.pi) - (0.5 * log(large) + series)
}
