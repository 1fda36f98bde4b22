import Foundation

extension RandomStream {
  /// Returns a share drawn from the beta distribution whose two parameters are `alpha`: 1 is uniform, less prefers
  /// shares near 0 and 1, more those near ½.
  ///
  /// It is G₁ / (G₁ + G₂) for two draws of the gamma distribution of shape `alpha`, taken by their logarithms, which
  /// small shapes do not make 0.
  ///
  /// - Precondition: `alpha` is positive.
  public mutating func symmetricBeta(_ alpha: Double) -> Double {
    precondition(alpha > 0, "alpha must be positive, got \(alpha)")
    let (first, second) = (logGammaDraw(shape: alpha), logGammaDraw(shape: alpha))
    return 1 / (1 + exp(second - first))
  }

  /// Returns the logarithm of a draw from the gamma distribution of scale 1.
  ///
  /// Source: Marsaglia and Tsang, ACM Transactions on Mathematical Software 26(3), 2000,
  /// doi:10.1145/358407.358414.
  private mutating func logGammaDraw(shape: Double) -> Double {
    // A draw of shape a is one of shape a + 1 times U^(1/a).
    if shape < 1 { return logGammaDraw(shape: shape + 1) + log(1 - uniform()) / shape }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let root = 1 + c * x
      guard root > 0 else { continue }
      let (v, logV) = (root * root * root, 3 * log(root))
      if log(1 - uniform()) < 0.5 * x * x + d * (1 - v + logV) { return log(d) + logV }
    }
  }
}
