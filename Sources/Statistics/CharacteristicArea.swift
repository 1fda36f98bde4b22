/// The area under a receiver operating characteristic, and what each example adds to its error.
///
/// The area is the probability that a positive example has a higher score than a negative one, a tie counting half.
/// With V the share of the other kind that an example is on the right side of, m positive and n negative
/// examples of N in all, DeLong's influence of an example is
///
///     ψ = N/m · (V − area) · √(m / (m − 1))   of a positive one, likewise with n of a negative one
///
/// so that Var(area) = Σψ²/N², and the covariance of two areas on the same examples is Σψψ′/N²: both are those of
/// DeLong, DeLong and Clarke-Pearson, Biometrics 44(3), 1988, doi:10.2307/2531595. Areas may be averaged and
/// subtracted with their influences.
public struct CharacteristicArea: Hashable, Sendable {
  /// 0…1; 0.5 where scores say nothing.
  public let value: Double
  /// One for each example, in their order; 0 for those that take no part.
  public let influences: [Double]

  /// Compares the scores of positive and negative examples.
  ///
  /// - Parameter scores: One that is not a number takes no part.
  /// - Returns: Nil unless two examples of each kind take part.
  public init?(scores: [Double], isPositive: [Bool]) {
    precondition(
      scores.count == isPositive.count, "\(scores.count) scores of \(isPositive.count) examples")
    let order = scores.indices.filter { !scores[$0].isNaN }.sorted { scores[$0] < scores[$1] }
    let positives = order.count { isPositive[$0] }
    let negatives = order.count - positives
    guard positives > 1, negatives > 1 else { return nil }
    // The share of the other kind that each example is on the right side of.
    var shares = [Double](repeating: 0, count: scores.count)
    var (positivesBelow, negativesBelow, sum) = (0, 0, 0.0)
    var start = 0
    while start < order.count {
      var end = start
      while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
      let equalPositives = order[start..<end].count { isPositive[$0] }
      let equalNegatives = end - start - equalPositives
      let won = (Double(negativesBelow) + 0.5 * Double(equalNegatives)) / Double(negatives)
      let lost = (Double(positivesBelow) + 0.5 * Double(equalPositives)) / Double(positives)
      for example in order[start..<end] {
        shares[example] = isPositive[example] ? won : 1 - lost
      }
      sum += Double(equalPositives) * won
      positivesBelow += equalPositives
      negativesBelow += equalNegatives
      start = end
    }
    let area = sum / Double(positives)
    var influences = [Double](repeating: 0, count: scores.count)
    for example in order {
      let count = Double(isPositive[example] ? positives : negatives)
      influences[example] =
        Double(scores.count) / count * (count / (count - 1)).squareRoot()
        * (shares[example] - area)
    }
    (value, self.influences) = (area, influences)
  }

  /// The variance of the area from drawing the examples.
  public var variance: Double { covariance(with: self) }

  /// Returns the covariance with another area on the same examples.
  public func covariance(with other: CharacteristicArea) -> Double {
    precondition(
      influences.count == other.influences.count,
      "areas of \(influences.count) and \(other.influences.count) examples")
    let count = Double(influences.count)
    return zip(influences, other.influences).reduce(0) { $0 + $1.0 * $1.1 } / (count * count)
  }
}

/// Returns the largest share of the positive examples above a threshold with which no more than a share of the
/// negative ones is above it.
///
/// - Parameters:
///   - scores: One that is not a number takes no part.
///   - falseRate: 0…1. With fewer negative examples than 1 / `falseRate` none of them may be above.
/// - Returns: Nil unless both kinds take part.
public func truePositiveRate(
  atFalseRate falseRate: Double, scores: [Double], isPositive: [Bool]
) -> Double? {
  precondition(
    scores.count == isPositive.count, "\(scores.count) scores of \(isPositive.count) examples")
  let order = scores.indices.filter { !scores[$0].isNaN }.sorted { scores[$0] > scores[$1] }
  let positives = order.count { isPositive[$0] }
  let negatives = order.count - positives
  guard positives > 0, negatives > 0 else { return nil }
  var (found, wrong, best) = (0, 0, 0)
  var start = 0
  while start < order.count {
    var end = start
    while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
    let equalPositives = order[start..<end].count { isPositive[$0] }
    found += equalPositives
    wrong += end - start - equalPositives
    if Double(wrong) > falseRate * Double(negatives) { break }
    best = found
    start = end
  }
  return Double(best) / Double(positives)
}
