import Foundation

/// Fisher's exact test of two shares: whether a kind is as frequent in one sample as in another.
public enum HypergeometricTest {
  /// Returns the two-sided p-value, twice the smaller of both tails and at most 1.
  ///
  /// Source: Fisher, "The logic of inductive inference", Journal of the Royal Statistical Society 98(1), 1935.
  ///
  /// - Parameters:
  ///   - first: How many of the first sample are of the kind.
  ///   - firstCount: The size of the first sample.
  ///   - second: How many of the second sample are of the kind.
  ///   - secondCount: The size of the second sample.
  public static func pValue(
    _ first: Int, of firstCount: Int, _ second: Int, of secondCount: Int
  ) -> Double {
    precondition(
      (0...firstCount).contains(first) && (0...secondCount).contains(second),
      "\(first) of \(firstCount) and \(second) of \(secondCount)")
    let kinds = first + second
    let values = max(0, kinds - firstCount)...min(kinds, secondCount)
    /// log of the ways to have `value` of the kind in the second sample.
    func logWays(_ value: Int) -> Double {
      logChoose(secondCount, value) + logChoose(firstCount, kinds - value)
    }
    let all = logChoose(firstCount + secondCount, kinds)
    func probability(_ range: ClosedRange<Int>) -> Double {
      range.reduce(0) { $0 + exp(logWays($1) - all) }
    }
    let below = probability(values.lowerBound...second)
    let above = probability(second...values.upperBound)
    return min(1, 2 * min(below, above))
  }

  private static func logChoose(_ n: Int, _ k: Int) -> Double {
    lgamma(Double(n + 1)) - lgamma(Double(k + 1)) - lgamma(Double(n - k + 1))
  }
}
