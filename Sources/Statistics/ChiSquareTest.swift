import Foundation

/// The chi-square test of homogeneity: whether two lists of counts come from the same shares.
public struct ChiSquareTest: Hashable, Sendable {
  /// χ² = Σ (observed − expected)² / expected over both lists.
  public let statistic: Double
  /// One less than the categories that have counts.
  public let freedom: Int
  /// The probability of a statistic at least as large if the shares are the same. Too small to be believed where
  /// most expected counts are below 5.
  public let pValue: Double

  /// Compares counts, category by category; those that both lists lack do not count.
  ///
  /// - Precondition: Equally long lists, neither of zeros alone.
  public init(_ first: [Int], _ second: [Int]) {
    precondition(first.count == second.count, "\(first.count) and \(second.count) categories")
    let (n, m) = (Double(first.reduce(0, +)), Double(second.reduce(0, +)))
    precondition(n > 0 && m > 0, "both lists have counts")
    var (sum, categories) = (0.0, 0)
    for (a, b) in zip(first, second) where a + b > 0 {
      let share = Double(a + b) / (n + m)
      let (x, y) = (Double(a) - n * share, Double(b) - m * share)
      sum += x * x / (n * share) + y * y / (m * share)
      categories += 1
    }
    (statistic, freedom) = (sum, categories - 1)
    pValue = freedom == 0 ? 1 : upperGamma(Double(freedom) / 2, sum / 2)
  }
}

/// Returns the regularised upper incomplete gamma function Q(a, x) for a > 0 and x ≥ 0; relative error about 1e-13.
///
/// The series of P below x = a + 1, and the continued fraction, as Lentz evaluates it, above: Abramowitz and Stegun
/// 6.5.29 and 6.5.31.
func upperGamma(_ a: Double, _ x: Double) -> Double {
  guard x > 0 else { return 1 }
  let factor = exp(a * log(x) - x - lgamma(a))
  if x < a + 1 {
    var (term, sum, n) = (1 / a, 1 / a, a)
    while abs(term) > 1e-16 * sum {
      n += 1
      term *= x / n
      sum += term
    }
    return max(0, 1 - factor * sum)
  }
  let tiny = 1e-300
  var b = x + 1 - a
  var c = 1 / tiny
  var d = 1 / b
  var fraction = d
  for index in 1...10_000 {
    let i = Double(index)
    let numerator = -i * (i - a)
    b += 2
    d = numerator * d + b
    d = 1 / (abs(d) < tiny ? tiny : d)
    c = b + numerator / c
    if abs(c) < tiny { c = tiny }
    fraction *= d * c
    if abs(d * c - 1) < 1e-15 { break }
  }
  return factor * fraction
}
