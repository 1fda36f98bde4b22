import RandomStreams
import Testing

@testable import Statistics

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
