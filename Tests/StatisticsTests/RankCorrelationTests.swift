import RandomStreams
import Testing

@testable import Statistics

@Suite("rank correlation")
struct RankCorrelationTests {
  private let x: [Double] = [1, 2, 2, 3, 5, 8, 13, 13, 13, 21]
  private let y: [Double] = [2, 1, 4, 4, 3, 9, 9, 20, 8, 11]

  /// The constants are from scipy 1.17's `spearmanr` and `kendalltau`.
  @Test("agrees with scipy, ties included")
  func known() throws {
    let spearman = try #require(RankCorrelation.value(.spearman, of: x, and: y))
    #expect(abs(spearman - 0.8576221317450335) < 1e-14)
    let kendall = try #require(RankCorrelation.value(.kendall, of: x, and: y))
    #expect(abs(kendall - 0.6906719869328344) < 1e-14)
    let flash = [0.61, 0.72, 0.58, 0.80, 0.77, 0.69]
    let full = [0.83, 0.88, 0.85, 0.91, 0.90, 0.86]
    #expect(
      abs((RankCorrelation.value(.spearman, of: flash, and: full) ?? 0) - 0.942857142857143) < 1e-14
    )
    #expect(
      abs((RankCorrelation.value(.kendall, of: flash, and: full) ?? 0) - 0.8666666666666666) < 1e-14
    )
  }

  @Test(
    "has an interval that holds it and repeats for a seed",
    arguments: RankCorrelation.Coefficient.allCases)
  func interval(coefficient: RankCorrelation.Coefficient) throws {
    var random = RandomStream(seed: 6, purpose: "bootstrap")
    var again = random
    let result = try #require(RankCorrelation(coefficient, of: x, and: y, using: &random))
    #expect(result.interval.contains(result.value) && result.count == 10)
    #expect(result.interval.lowerBound < result.interval.upperBound)
    #expect(result == RankCorrelation(coefficient, of: x, and: y, using: &again))
  }

  @Test("has a 90 % interval that covers the truth about as often")
  func coverage() throws {
    // Pairs with Spearman correlation 6/π·asin(ρ/2) for normals of correlation ρ = 0.6.
    let truth = 0.5819
    var covered = 0
    for round in 0..<60 {
      var random = RandomStream(seed: 7, purpose: "coverage", round)
      let a = (0..<40).map { _ in random.normal() }
      let b = a.map { 0.6 * $0 + 0.8 * random.normal() }
      let result = try #require(
        RankCorrelation(.spearman, of: a, and: b, level: 0.9, resamples: 200, using: &random))
      if result.interval.contains(truth) { covered += 1 }
    }
    // Binomial(60, 0.9) stays within 46 … 60 all but once in a thousand.
    #expect(covered >= 46)
  }

  @Test("is undefined for a constant side and for fewer than two pairs")
  func undefined() {
    var random = RandomStream(seed: 8, purpose: "bootstrap")
    #expect(RankCorrelation(.spearman, of: [1, 2], and: [3, 3], using: &random) == nil)
    #expect(RankCorrelation(.kendall, of: [1], and: [3], using: &random) == nil)
    #expect(RankCorrelation(.kendall, of: [], and: [], using: &random) == nil)
  }
}
