import BayesianOptimization
import Foundation
import Statistics
import Testing

@testable import FlashBenchmark
@testable import Studies

@Suite("the quality of a ranking")
struct RankingTargetTests {
  /// Six students whose MACs rise by some 6 % each, so that neighbours are of like cost.
  private let macs: [Double] = [1000, 1060, 1120, 1190, 1260, 1335]

  private func target(_ seeds: [[Double]]) -> RankingTarget {
    RankingTarget(seeds: seeds, macs: macs, parameters: macs.map { $0 * $0 })
  }

  /// Residuals of 0.06, −0.06, … on a rising line, and seeds that differ by ±0.01.
  private let zigzag: [Double] = [0.06, -0.05, 0.08, -0.03, 0.1, -0.01]
  private var twoSeeds: RankingTarget {
    target([zigzag.map { $0 + 0.01 }, zigzag.map { $0 - 0.01 }])
  }

  @Test("is judged against the mean of the seeds and their variance")
  func mean() throws {
    let target = twoSeeds
    for (value, expected) in zip(target.values, zigzag) { #expect(abs(value - expected) < 1e-12) }
    // Each student: two values 0.02 apart, variance 0.0002; the mean of two has half of it, the
    // difference of two means all, and two deviations of that count.
    #expect(abs(try #require(target.seedVariance) - 2e-4) < 1e-12)
    #expect(abs(try #require(target.clearDifference) - 2 * 2e-4.squareRoot()) < 1e-12)
    #expect(target.reliability?.ceiling == 1 && target.partialReliability?.ceiling == 1)
  }

  @Test("tells what costs explain from what they do not")
  func partial() throws {
    let costs = RankingQuality(
      of: twoSeeds.scores(.macs), against: twoSeeds, isCostAlone: true, seed: 1)
    #expect(costs.partial == nil && costs.advantage == nil)
    let perfect = RankingQuality(of: zigzag, against: twoSeeds, seed: 1)
    #expect(perfect.correlation?.value == 1 && perfect.partial == 1 && perfect.regret == 0)
    #expect(
      abs(
        try #require(perfect.advantage).value
          - (1 - (try #require(costs.correlation).value))) < 1e-12)
    // Cost and nothing else, in another unit: there is nothing left to rank.
    let hidden = RankingQuality(of: macs.map { 3 + 7 * log($0) }, against: twoSeeds, seed: 1)
    #expect(hidden.partial == nil && hidden.correlation == costs.correlation)
    // Neighbours alone are of like cost: five pairs, all clearly different, every other one rising.
    #expect(costs.pairs?.count == 5 && costs.pairs?.right == 2 && perfect.pairs?.share == 1)
  }

  @Test("knows the best of the scores that costs give")
  func baselines() throws {
    let rising = target([[1, 2, 3, 4, 5, 6]])
    #expect(rising.scores(.macs) == macs.map { log($0) })
    #expect(
      RankCorrelation.value(.spearman, of: rising.scores(.parameters), and: rising.values) == 1)
    // One bump: a straight line, fitted without the student that it predicts, ranks worse than cost.
    let best = try #require(target([[1, 2, 3, 4, 6, 5]]).bestBaseline)
    #expect(best == .macs || best == .parameters)
    #expect(target([[1, 1, 1, 1, 1, 1]]).bestBaseline != .macs)
  }

  @Test("takes a seed for a score against the others")
  func anotherSeed() throws {
    let three = target([[1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 6, 5], [2, 2, 3, 4, 6, 6]])
    let others = try #require(three.withoutFirstSeed)
    #expect(others.values == [1.5, 2, 3, 4, 6, 5.5] && others.seeds.count == 2)
    #expect(others.seedVariance == three.seedVariance && others.macs == three.macs)
    #expect(target([[1, 2, 3, 4, 5, 6]]).withoutFirstSeed == nil)
    #expect(target([[1, 2, 3, 4, 5, 6]]).clearDifference == nil)
  }
}
