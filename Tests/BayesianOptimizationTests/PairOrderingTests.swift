import Statistics
import TensorKernels
import Testing

@testable import BayesianOptimization

@Suite("selection by a score")
struct PairOrderingTests {
  private func pairs(
    _ scores: [Double], leastDifference: Double = 0.5, costRatio: Double = 1.2
  ) -> PairOrdering {
    PairOrdering(
      of: scores, against: [1, 2, 4, 3], costs: [100, 105, 120, 200],
      leastDifference: leastDifference, costRatio: costRatio)
  }

  @Test("orders pairs of like cost and clearly different values, ties by half")
  func byHand() {
    // Right, a tie, and wrong; the last subject costs too much to be compared.
    let found = pairs([5, 6, 5, 1])
    #expect(found.count == 3 && found.right == 1.5 && found.share == 0.5)
    #expect(pairs([1, 2, 4, 0]).share == 1)
    #expect(pairs([0, -1, -2, 0]).share == 0)
    // A difference of just 1 is not more than 1.
    #expect(pairs([5, 6, 5, 1], leastDifference: 1).count == 2)
    #expect(pairs([5, 6, 5, 1], costRatio: 1.1).count == 1)
    #expect(pairs([5, 6, 5, 1], costRatio: 1e9).count == 6)
  }

  @Test("has no share of no pairs")
  func noPairs() {
    #expect(pairs([1, 2, 3, 4], leastDifference: 9).share == nil)
    #expect(
      PairOrdering(of: [], against: [], costs: [], leastDifference: 0, costRatio: 2).count == 0)
  }

  @Test("pools the variance within groups by their degrees of freedom")
  func pooled() throws {
    #expect(abs(try #require(pooledVariance(of: [[1, 3], [5], [2, 2, 5]])) - 8.0 / 3) < 1e-12)
    #expect(pooledVariance(of: [[1], [2]]) == nil && pooledVariance(of: []) == nil)
  }

  @Test("loses what the best has over the best of the top scores")
  func regret() {
    let (scores, values) = ([3.0, 1, 2, 9], [5.0, 8, 6, 4])
    #expect(
      [1, 2, 3, 4, 9].map { selectionRegret(of: scores, against: values, top: $0) }
        == [4, 3, 2, 0, 0])
    // Of equal scores the first.
    #expect(selectionRegret(of: [1, 1, 1], against: [1, 2, 3], top: 1) == 2)
    #expect(selectionRegret(of: [], against: [], top: 3) == nil)
  }
}

@Suite("the difference of two rank correlations")
struct RankCorrelationDifferenceTests {
  private let values: [Double] = [1, 2, 3, 4, 5, 6, 7, 8]

  private func difference(_ first: [Double], _ second: [Double]) -> RankCorrelationDifference? {
    var random = RandomStream(seed: 2, purpose: "difference")
    return RankCorrelationDifference(
      of: first, over: second, against: values, using: &random)
  }

  @Test("is the difference, with an interval that repeats for a seed")
  func value() throws {
    // Two neighbours exchanged: Σd² = 2, Spearman 1 − 12/504; and turned round, −1.
    let swapped: [Double] = [2, 1, 3, 4, 5, 6, 7, 8]
    let found = try #require(difference(swapped, values.reversed()))
    #expect(abs(found.value - (2 - 12.0 / 504)) < 1e-12)
    #expect(found.interval.contains(found.value) && found.interval.upperBound <= 2)
    #expect(found == difference(swapped, values.reversed()))
  }

  @Test("sees both scores on the same resamples, so that like ones differ by nothing")
  func paired() throws {
    let noisy: [Double] = [3, 1, 2, 6, 4, 5, 8, 7]
    #expect(try #require(difference(noisy, noisy.map { 10 * $0 })).interval == 0...0)
  }

  @Test("is undefined where a score is constant")
  func undefined() {
    #expect(difference(values.map { _ in 1 }, values) == nil)
    #expect(difference(values, values.map { _ in 1 }) == nil)
  }
}
