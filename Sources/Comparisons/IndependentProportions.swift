import Foundation
import Statistics

/// Two accuracies of which it is not known on which images they agree, taken as those of different images.
///
/// On the same images a difference is known better than this says.
public struct IndependentProportions: Hashable, Sendable {
  public let first: MeasuredAccuracy
  public let second: MeasuredAccuracy

  public init(_ first: MeasuredAccuracy, _ second: MeasuredAccuracy) {
    (self.first, self.second) = (first, second)
  }

  public var difference: Double { first.mean - second.mean }

  /// The two-sided p-value of the test of equal shares with a pooled variance.
  public var pValue: Double {
    let (n, m) = (Double(first.count), Double(second.count))
    let pooled = (first.mean * n + second.mean * m) / (n + m)
    let error = (pooled * (1 - pooled) * (1 / n + 1 / m)).squareRoot()
    guard error > 0 else { return difference == 0 ? 1 : 0 }
    return 2 * NormalDistribution.cumulative(-abs(difference) / error)
  }

  /// Returns the interval of the difference from the two Wilson intervals.
  ///
  /// Source: Newcombe, "Interval estimation for the difference between independent proportions", Statistics in
  /// Medicine 17, 1998, method 10.
  public func interval(confidence: Double) -> ClosedRange<Double> {
    let (a, b) = (
      first.interval(confidence: confidence), second.interval(confidence: confidence)
    )
    let (p, q) = (first.mean, second.mean)
    let below = hypot(p - a.lowerBound, b.upperBound - q)
    let above = hypot(a.upperBound - p, q - b.lowerBound)
    return max(-1, difference - below)...min(1, difference + above)
  }
}
