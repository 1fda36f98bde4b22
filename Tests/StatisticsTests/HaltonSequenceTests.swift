import Testing

@testable import Statistics

@Suite("a scrambled Halton sequence")
struct HaltonSequenceTests {
  @Test("visits every b-th of each coordinate once in any b successive points, from 0")
  func stratification() {
    let sequence = HaltonSequence(dimension: 6, seed: 3)
    for (coordinate, base) in [2, 3, 5, 7, 11, 13].enumerated() {
      let cells = (0..<base * base).map {
        Int(sequence.point($0)[coordinate] * Double(base * base))
      }
      #expect(Set(cells).count == base * base)
    }
  }

  @Test("lies in [0, 1), repeats for a seed and differs between seeds")
  func determinism() {
    let sequence = HaltonSequence(dimension: 40, seed: 9)
    let points = (0..<500).map(sequence.point)
    #expect(points.joined().allSatisfy { (0..<1).contains($0) })
    #expect(points[17] == HaltonSequence(dimension: 40, seed: 9).point(17))
    #expect(points[17] != HaltonSequence(dimension: 40, seed: 10).point(17))
  }

  @Test("keeps high coordinates uncorrelated, unlike the plain sequence")
  func correlation() {
    let sequence = HaltonSequence(dimension: 40, seed: 1)
    let points = (0..<200).map(sequence.point)
    var worst = 0.0
    for a in 30..<40 {
      for b in 30..<a {
        let rho = RankCorrelation.value(
          .spearman, of: points.map { $0[a] }, and: points.map { $0[b] })
        worst = max(worst, abs(rho ?? 1))
      }
    }
    // 45 independent pairs of 200 would stay below 0.3; the plain sequence exceeds 0.9.
    #expect(worst < 0.3)
  }
}
