import RandomStreams
import Statistics
import Testing

@testable import Comparisons

@Suite("areas of an attack on several targets")
struct AreaEstimateTests {
  /// Scores that are shifted by `gap` for positive examples: an area of Φ(gap / √2).
  private func areas(
    targets: Int, count: Int, gap: Double, spread: Double = 0, seed: UInt64
  ) throws -> TargetAreas {
    var random = RandomStream(seed: seed, purpose: "areas")
    return TargetAreas(
      try (0..<targets).map { _ in
        let own = gap + spread * random.normal()
        let isPositive = (0..<count).map { $0 % 2 == 0 }
        let scores = isPositive.map { random.normal() + ($0 ? own : 0) }
        return try #require(CharacteristicArea(scores: scores, isPositive: isPositive))
      })
  }

  @Test("have the known area of shifted normal scores within their interval, about 19 times of 20")
  func coverage() throws {
    let expected = NormalDistribution.cumulative(0.8 / 2.0.squareRoot())
    let hits = try (0..<60).count { seed in
      try areas(targets: 4, count: 120, gap: 0.8, seed: UInt64(seed)).mean.contains(expected)
    }
    // Binomial: 95 % of 60 are 57, with a deviation of 1.7.
    #expect(hits >= 51)
  }

  @Test("are known no better than targets differ from each other")
  func spread() throws {
    let alike = try areas(targets: 6, count: 400, gap: 0.8, seed: 1).mean
    let unlike = try areas(targets: 6, count: 400, gap: 0.8, spread: 1, seed: 1).mean
    #expect(unlike.high - unlike.low > 2 * (alike.high - alike.low))
  }

  @Test("are no surer by repeating one target")
  func repeated() throws {
    var random = RandomStream(seed: 4, purpose: "areas")
    let isPositive = (0..<200).map { _ in random.uniform() < 0.5 }
    let scores = isPositive.map { random.normal() + ($0 ? 0.5 : 0) }
    let area = try #require(CharacteristicArea(scores: scores, isPositive: isPositive))
    let (one, five) = (
      TargetAreas([area]).mean, TargetAreas([CharacteristicArea](repeating: area, count: 5)).mean
    )
    #expect(abs(one.low - five.low) < 1e-9 && abs(one.high - five.high) < 1e-9)
    let reach = NormalDistribution.reach95 * area.variance.squareRoot()
    // Student's t of 199 degrees of freedom reaches a little farther.
    #expect((1.0..<1.01).contains((one.high - one.low) / 2 / reach))
  }

  @Test("differ by nothing from themselves, and by more than chance from what is easier")
  func differences() throws {
    let (hard, easy) = (
      try areas(targets: 4, count: 300, gap: 0.2, seed: 2),
      try areas(targets: 4, count: 300, gap: 1.5, seed: 3)
    )
    let same = hard.less(hard).mean
    #expect(same.value == 0 && same.low == 0 && same.high == 0)
    let difference = easy.less(hard).mean
    #expect(difference.low > 0)
    #expect(abs(difference.value - (easy.mean.value - hard.mean.value)) < 1e-12)
  }
}
