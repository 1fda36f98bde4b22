/// How often a score orders two subjects of about the same cost as their values do.
public struct PairOrdering: Sendable, Hashable {
  /// The pairs that count.
  public let count: Int
  /// Those that the score orders rightly; where it sees no difference, half a pair.
  public let right: Double

  /// The share of right pairs; nil if no pair counts.
  public var share: Double? { count > 0 ? right / Double(count) : nil }

  /// Orders all pairs whose values differ enough and whose costs are close.
  ///
  /// - Parameters:
  ///   - scores: The score of each subject.
  ///   - values: What the score should order as.
  ///   - costs: Positive.
  ///   - leastDifference: Pairs whose values differ by no more do not count.
  ///   - costRatio: Nor do pairs of which one costs more than this many times what the other does.
  public init(
    of scores: [Double], against values: [Double], costs: [Double], leastDifference: Double,
    costRatio: Double
  ) {
    precondition(
      scores.count == values.count && costs.count == values.count,
      "\(scores.count) scores and \(costs.count) costs for \(values.count) values")
    var count = 0
    var right = 0.0
    for a in values.indices {
      for b in values.indices.dropFirst(a + 1) {
        let difference = values[a] - values[b]
        guard abs(difference) > leastDifference,
          max(costs[a], costs[b]) <= costRatio * min(costs[a], costs[b])
        else { continue }
        count += 1
        let seen = scores[a] - scores[b]
        if seen == 0 {
          right += 0.5
        } else if (seen > 0) == (difference > 0) {
          right += 1
        }
      }
    }
    (self.count, self.right) = (count, right)
  }
}
