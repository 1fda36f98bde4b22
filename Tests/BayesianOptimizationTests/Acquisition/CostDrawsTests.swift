import Foundation
import Testing

@testable import BayesianOptimization

@Suite("the draws of uncertain costs")
struct CostDrawsTests {
  /// Returns the mean of a function of the draws; it may be negative down to −1000.
  private func mean(_ dimension: Int, _ function: ([Double]) -> Double) -> Double {
    exp(CostDraws(dimension: dimension).logMean { log(function($0) + 1000) }) - 1000
  }

  @Test("have weights whose sum is 1", arguments: 0...4)
  func weights(dimension: Int) {
    #expect(abs(CostDraws(dimension: dimension).logMean { _ in 0 }) < 1e-13)
    #expect(abs(CostDraws(dimension: dimension).logMean { _ in -3 } + 3) < 1e-13)
  }

  /// The nodes are given to 15 digits.
  @Test("of one cost have the moments of the standard normal distribution up to the thirteenth")
  func moments() {
    let draws = CostDraws(dimension: 1)
    for (power, moment) in [(2, 1.0), (4, 3), (6, 15), (8, 105), (10, 945), (12, 10_395)] {
      let mean = exp(draws.logMean { Double(power) * log(abs($0[0])) })
      #expect(abs(mean / moment - 1) < 1e-12)
    }
    for power in [1.0, 3, 5] { #expect(abs(mean(1) { pow($0[0], power) }) < 1e-10) }
    // Seven nodes do not reach the fourteenth, which is 135,135.
    #expect(exp(draws.logMean { 14 * log(abs($0[0])) }) < 135_000)
  }

  @Test("of several costs have the moments of nearly independent ones", arguments: 2...3)
  func several(dimension: Int) {
    for a in 0..<dimension {
      #expect(abs(mean(dimension) { $0[a] }) < 1e-9)
      #expect(abs(mean(dimension) { $0[a] * $0[a] } - 1) < 1e-9)
      for b in 0..<a { #expect(abs(mean(dimension) { $0[a] * $0[b] }) < 0.15) }
    }
  }

  @Test("lose nothing to underflow, and bear values that are nothing at all")
  func extremes() {
    for dimension in 0...2 {
      let draws = CostDraws(dimension: dimension)
      #expect(abs(draws.logMean { _ in -5000 } + 5000) < 1e-12)
      #expect(draws.logMean { _ in -.infinity } == -.infinity)
    }
    let half = CostDraws(dimension: 1).logMean { $0[0] == 0 ? 0 : -.infinity }
    #expect(abs(exp(half) - 16.0 / 35) < 1e-14)
  }
}
