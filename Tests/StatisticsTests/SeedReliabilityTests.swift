import RandomStreams
import Testing

@testable import Statistics

@Suite("the reliability of seeds")
struct SeedReliabilityTests {
  @Test("is that by hand")
  func byHand() throws {
    // Of four subjects Spearman is 1 − Σd²/10: 0.8, 0.8 and 0.6.
    let reliability = try #require(
      SeedReliability([[1, 2, 3, 4], [10, 20, 40, 30], [0.2, 0.1, 0.3, 0.4]]))
    #expect(abs(reliability.single - 2.2 / 3) < 1e-12 && reliability.count == 3)
    // 3·r / (1 + 2·r) with r = 2.2 / 3.
    #expect(abs(reliability.ofMean - 2.2 / (1 + 4.4 / 3)) < 1e-12)
    #expect(abs(try #require(reliability.ceiling) - 0.9444) < 1e-4)
    #expect(reliability.ofMean(of: 1) == reliability.single)
  }

  @Test("is nothing where seeds disagree, and unknown for one")
  func none() throws {
    let opposed = try #require(SeedReliability([[1, 2, 3], [3, 2, 1]]))
    #expect(opposed.single == -1 && opposed.ofMean == 0 && opposed.ceiling == nil)
    #expect(SeedReliability([[1, 2, 3]]) == nil && SeedReliability([]) == nil)
    #expect(SeedReliability([[1, 1, 1], [1, 2, 3]]) == nil)
  }

  @Test("foretells the correlation of an error-free score with the seeds' mean")
  func foretells() throws {
    var random = RandomStream(seed: 5, purpose: "true values")
    let truth = (0..<4000).map { _ in random.normal() }
    let seeds = (0..<3).map { _ in truth.map { $0 + random.normal() } }
    let mean = truth.indices.map { row in seeds.reduce(0) { $0 + $1[row] } / 3 }
    let found = try #require(RankCorrelation.value(.spearman, of: truth, and: mean))
    let ceiling = try #require(SeedReliability(seeds)?.ceiling)
    // Linear: √0.75 = 0.866; both are seen through ranks.
    #expect(abs(ceiling - found) < 0.02, "\(ceiling), \(found)")
  }

  @Test("pools the variance within groups by their degrees of freedom")
  func pooled() throws {
    #expect(abs(try #require(pooledVariance(of: [[1, 3], [5], [2, 2, 5]])) - 8.0 / 3) < 1e-12)
    #expect(pooledVariance(of: [[1], [2]]) == nil && pooledVariance(of: []) == nil)
  }
}
