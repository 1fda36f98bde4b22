import Foundation
import Statistics

/// The answers of two models to the same images, as far as they tell the models apart.
public struct PairedProportions: Hashable, Sendable {
  /// Images that only the first classifies rightly.
  public let firstAlone: Int
  /// Images that only the second classifies rightly.
  public let secondAlone: Int
  /// All images.
  public let count: Int

  public init(firstAlone: Int, secondAlone: Int, count: Int) {
    precondition(
      firstAlone >= 0 && secondAlone >= 0 && firstAlone + secondAlone <= count && count > 0,
      "\(firstAlone) and \(secondAlone) of \(count) images")
    (self.firstAlone, self.secondAlone, self.count) = (firstAlone, secondAlone, count)
  }

  public init(_ first: Answers, _ second: Answers) {
    self.init(
      firstAlone: first.rightAlone(against: second), secondAlone: second.rightAlone(against: first),
      count: first.count)
  }

  /// The accuracy of the first less that of the second.
  public var difference: Double { Double(firstAlone - secondAlone) / Double(count) }

  /// The two-sided mid-p-value of McNemar's exact test that both are equally accurate.
  ///
  /// It keeps its level where the exact test is too careful. Source: Fagerland, Lydersen and Laake, "The McNemar
  /// test for binary matched-pairs data: mid-p and asymptotic are better than exact conditional", BMC Medical
  /// Research Methodology 13:91, 2013, doi:10.1186/1471-2288-13-91.
  public var midPValue: Double {
    let (tail, point) = lowerTail
    return min(1, 2 * tail - point)
  }

  /// P(X ≤ k) and P(X = k) of a binomial X with probability ½, k being the smaller of the two counts.
  private var lowerTail: (tail: Double, point: Double) {
    let k = min(firstAlone, secondAlone)
    let m = Double(firstAlone + secondAlone)
    let x = Double(k)
    let logPoint: Double = lgamma(m + 1) - lgamma(x + 1) - lgamma(m - x + 1) - m * log(2)
    let point = exp(logPoint)
    var (term, tail) = (point, point)
    for index in stride(from: k, to: 0, by: -1) {
      term *= Double(index) / (m - Double(index) + 1)
      tail += term
      if term < 1e-18 * tail { break }
    }
    return (tail, point)
  }

  /// Returns Tango's score interval of the difference: all δ that the score test does not refuse.
  ///
  /// At δ = 0 that test is McNemar's, so interval and test agree. Source: Tango, "Equivalence test and confidence
  /// interval for the difference in proportions for the paired-sample design", Statistics in Medicine 17, 1998.
  /// Recommended by Fagerland, Lydersen and Laake, Statistics in Medicine 33, 2014, doi:10.1002/sim.6148.
  public func interval(confidence: Double) -> ClosedRange<Double> {
    let z = NormalDistribution.reach(of: confidence)
    // The score falls as δ grows.
    func root(_ target: Double) -> Double {
      var (low, high) = (-1.0, 1.0)
      for _ in 0..<80 {
        let middle = 0.5 * (low + high)
        if score(at: middle) > target { low = middle } else { high = middle }
      }
      return 0.5 * (low + high)
    }
    return root(z)...root(-z)
  }

  /// The score statistic of the difference δ, with the maximum-likelihood estimate under δ of the probability that
  /// only the second is right.
  private func score(at delta: Double) -> Double {
    let (b, c, n) = (Double(firstAlone), Double(secondAlone), Double(count))
    let linear: Double = (2 * n - b + c) * delta - b - c
    // Rounding must not make it negative near δ = −1.
    let root: Double = max(0, linear * linear + 8 * n * c * delta * (1 - delta)).squareRoot()
    let probability = (root - linear) / (4 * n)
    let variance = n * (2 * probability + delta * (1 - delta))
    let numerator = b - c - n * delta
    guard variance > 0 else { return numerator == 0 ? 0 : numerator > 0 ? .infinity : -.infinity }
    return numerator / variance.squareRoot()
  }
}
