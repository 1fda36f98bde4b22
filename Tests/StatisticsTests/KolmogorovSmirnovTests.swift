import RandomStreams
import Testing

@testable import Statistics

@Suite("the test of Kolmogorov and Smirnov")
struct KolmogorovSmirnovTests {
  @Test(
    "has the tail of Kolmogorov's distribution, on both sides of where the series change",
    arguments: [
      // scipy 1.17.1: stats.kstwobign.sf
      (0.3, 0.9999906941986655), (0.8, 0.5441424115741981), (1, 0.26999967167735456),
      (1.5, 0.022217962616525127), (3, 3.045995948942526e-08),
    ])
  func tail(lambda: Double, expected: Double) {
    #expect(abs(KolmogorovSmirnov.tail(lambda) - expected) < 1e-12 * max(1, expected))
  }

  @Test("finds the largest distance, values that are tied taken together")
  func distance() {
    // scipy 1.17.1: stats.ks_2samp
    let test = KolmogorovSmirnov(
      [0.1, 0.2, 0.2, 0.5, 0.9, 1.4], [0.2, 0.3, 0.8, 1.5, 1.6, 1.7, 2])
    #expect(abs(test.distance - 0.5714285714285714) < 1e-15)
    #expect(KolmogorovSmirnov([1, 1, 1], [1, 1]).distance == 0)
    #expect(KolmogorovSmirnov([1, 1, 1], [1, 1]).pValue == 1)
    #expect(KolmogorovSmirnov([1, 2], [3, 4]).distance == 1)
  }

  @Test("rejects equal distributions as often as its level says, and a shift nearly always")
  func level() {
    var stream = RandomStream(seed: 1, purpose: "two samples")
    func sample(_ count: Int, shift: Double) -> [Double] {
      (0..<count).map { _ in stream.normal() + shift }.sorted()
    }
    let clean = (0..<1000).count { _ in
      KolmogorovSmirnov(sample(60, shift: 0), sample(90, shift: 0)).pValue < 0.05
    }
    // Three deviations of 1,000 draws at 5 %.
    #expect((29...71).contains(clean), "\(clean)")
    let shifted = (0..<50).count { _ in
      KolmogorovSmirnov(sample(500, shift: 0), sample(500, shift: 0.3)).pValue < 0.01
    }
    #expect(shifted >= 48)
  }
}
