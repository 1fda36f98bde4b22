import Statistics

/// The probability with which a predicted cost must keep a bound.
///
/// Errors of predictions are taken as normal. Whether the probability that a cost with standard error s
/// lies below a bound is at least p is the same as whether its p-quantile, the prediction plus z·s with
/// Φ(z) = p, does.
public struct Confidence: Hashable, Sendable {
  /// The probability, at least 0.5 and below 1.
  public let level: Double
  /// z, the deviations between the prediction and its quantile.
  public let deviations: Double

  /// Creates a confidence from a probability, at least 0.5 and below 1.
  public init(_ level: Double) {
    precondition((0.5..<1).contains(level), "the confidence must be in 0.5..<1, got \(level)")
    self.level = level
    deviations = level == 0.5 ? 0 : Confidence.quantile(level)
  }

  /// That of a study which does not say another.
  public static let usual = Confidence(0.9)

  /// Returns Φ⁻¹ of a probability above 0.5, by bisection to the last digit.
  private static func quantile(_ level: Double) -> Double {
    // The upper tail keeps its digits where Φ is close to 1.
    var (low, high) = (0.0, 9.0)
    for _ in 0..<64 {
      let middle = 0.5 * (low + high)
      if NormalDistribution.cumulative(-middle) > 1 - level { low = middle } else { high = middle }
    }
    return 0.5 * (low + high)
  }
}
