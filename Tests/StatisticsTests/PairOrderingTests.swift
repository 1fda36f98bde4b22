import Testing

@testable import Statistics

@Suite("the ordering of pairs by a score")
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
}
