import RandomStreams
import Testing

@testable import Statistics

@Suite("the area under a characteristic")
struct CharacteristicAreaTests {
  /// Every pair of a positive and a negative example, counted.
  private func countedArea(_ scores: [Double], _ isPositive: [Bool]) -> Double {
    let (positives, negatives) = (
      scores.indices.filter { isPositive[$0] }, scores.indices.filter { !isPositive[$0] }
    )
    let wins = positives.reduce(0.0) { sum, p in
      sum
        + negatives.reduce(0.0) {
          $0 + (scores[p] > scores[$1] ? 1 : scores[p] == scores[$1] ? 0.5 : 0)
        }
    }
    return wins / Double(positives.count * negatives.count)
  }

  /// DeLong's variance from his own placement values, by the definition.
  private func countedVariance(_ scores: [Double], _ isPositive: [Bool]) -> Double {
    let (positives, negatives) = (
      scores.indices.filter { isPositive[$0] }, scores.indices.filter { !isPositive[$0] }
    )
    let area = countedArea(scores, isPositive)
    func win(_ p: Int, _ n: Int) -> Double {
      scores[p] > scores[n] ? 1 : scores[p] == scores[n] ? 0.5 : 0
    }
    func part(_ values: [Double]) -> Double {
      let squares = values.reduce(0) { $0 + ($1 - area) * ($1 - area) }
      return squares / Double(values.count - 1) / Double(values.count)
    }
    return part(
      positives.map { p in negatives.reduce(0) { $0 + win(p, $1) } / Double(negatives.count) })
      + part(
        negatives.map { n in positives.reduce(0) { $0 + win($1, n) } / Double(positives.count) })
  }

  private func example(seed: UInt64, tied: Bool) -> (scores: [Double], isPositive: [Bool]) {
    var random = RandomStream(seed: seed, purpose: "area")
    let isPositive = (0..<90).map { _ in random.uniform() < 0.4 }
    let scores = isPositive.map { positive in
      let score = random.normal() + (positive ? 0.7 : 0)
      return tied ? score.rounded() : score
    }
    return (scores, isPositive)
  }

  @Test("and its variance are those of all pairs, counted one by one", arguments: [false, true])
  func pairs(tied: Bool) throws {
    for seed in UInt64(0)..<5 {
      let (scores, isPositive) = example(seed: seed, tied: tied)
      let area = try #require(CharacteristicArea(scores: scores, isPositive: isPositive))
      #expect(abs(area.value - countedArea(scores, isPositive)) < 1e-12)
      let variance = countedVariance(scores, isPositive)
      #expect(abs(area.variance - variance) < 1e-12 * max(1, variance))
    }
  }

  @Test("leaves out what has no score, whose influence is none")
  func missing() throws {
    let (scores, isPositive) = example(seed: 9, tied: false)
    let some = scores.indices.map { $0 % 3 == 0 ? Double.nan : scores[$0] }
    let kept = scores.indices.filter { $0 % 3 != 0 }
    let area = try #require(CharacteristicArea(scores: some, isPositive: isPositive))
    let alone = try #require(
      CharacteristicArea(
        scores: kept.map { scores[$0] }, isPositive: kept.map { isPositive[$0] }))
    #expect(abs(area.value - alone.value) < 1e-12)
    #expect(abs(area.variance - alone.variance) < 1e-12)
    #expect(scores.indices.allSatisfy { $0 % 3 != 0 || area.influences[$0] == 0 })
  }

  @Test("is known without error against itself, and not at all with one kind")
  func edges() throws {
    let (scores, isPositive) = example(seed: 3, tied: false)
    let area = try #require(CharacteristicArea(scores: scores, isPositive: isPositive))
    #expect(area.variance - 2 * area.covariance(with: area) + area.variance == 0)
    #expect(CharacteristicArea(scores: [1, 2], isPositive: [true, true]) == nil)
    #expect(CharacteristicArea(scores: [1, 2, 3], isPositive: [true, false, false]) == nil)
    let split = try #require(
      CharacteristicArea(scores: [4, 3, 2, 1], isPositive: [true, true, false, false]))
    #expect(split.value == 1 && split.variance == 0)
  }

  @Test("has positives above a threshold with so few negatives above it as are allowed")
  func rates() {
    let isPositive = [true, false, true, true, false, false, true, false]
    let scores: [Double] = [9, 8, 7, 6, 5, 4, 3, 2]
    func rate(_ falseRate: Double) -> Double? {
      truePositiveRate(atFalseRate: falseRate, scores: scores, isPositive: isPositive)
    }
    #expect(rate(0) == 0.25 && rate(0.24) == 0.25)
    #expect(rate(0.25) == 0.75 && rate(0.5) == 0.75)
    #expect(rate(0.75) == 1 && rate(1) == 1)
    // No threshold divides equal scores.
    #expect(
      truePositiveRate(atFalseRate: 0.4, scores: [1, 1, 1], isPositive: [true, false, false]) == 0)
    #expect(truePositiveRate(atFalseRate: 0.1, scores: [1], isPositive: [true]) == nil)
  }
}
