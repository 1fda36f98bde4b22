import Testing

@testable import RandomStreams

@Suite("a share from a symmetric beta distribution")
struct SymmetricBetaTests {
  /// α, the distribution's value at 0.1 by SciPy 1.14 (`scipy.stats.beta(a, a).cdf(0.1)`).
  static let cases: [(alpha: Double, below: Double)] = [
    (0.01, 0.4892025), (0.2, 0.3366898), (0.5, 0.2048328), (1, 0.1), (2, 0.028), (8, 3.3625e-5),
  ]

  @Test("has the moments and the tail of its distribution", arguments: cases)
  func distribution(alpha: Double, below: Double) {
    let count = 40_000
    var stream = RandomStream(seed: 3, purpose: "beta test")
    let draws = (0..<count).map { _ in stream.symmetricBeta(alpha) }
    #expect(draws.allSatisfy { (0...1).contains($0) })
    let mean = draws.reduce(0, +) / Double(count)
    let variance = draws.reduce(0) { $0 + ($1 - 0.5) * ($1 - 0.5) } / Double(count)
    let tail = Double(draws.count { $0 < 0.1 }) / Double(count)
    // Five standard errors: of a mean at most 0.5/√n, of a share of draws √(p(1 − p)/n).
    let root = Double(count).squareRoot()
    #expect(abs(mean - 0.5) < 2.5 / root)
    #expect(abs(variance - 0.25 / (2 * alpha + 1)) < 0.03 / (2 * alpha + 1))
    #expect(abs(tail - below) < 5 * (below * (1 - below)).squareRoot() / root + 1 / Double(count))
  }

  @Test("is the same for the same stream, and another for the next draw")
  func repeatable() {
    var (one, same) = (RandomStream(seed: 1, purpose: "a"), RandomStream(seed: 1, purpose: "a"))
    let first = (0..<20).map { _ in one.symmetricBeta(0.3) }
    #expect(first == (0..<20).map { _ in same.symmetricBeta(0.3) })
    #expect(Set(first).count == 20)
  }
}
