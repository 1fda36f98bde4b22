import Foundation
import RandomStreams
import Testing

@testable import BayesianOptimization

@Suite("the exponential of eight numbers")
struct VectorMathTests {
  private func relativeError(_ x: Double) -> Double {
    abs(exponential(SIMD8(repeating: x))[0] / exp(x) - 1)
  }

  /// The library's own exponential is good to about 1e-16.
  @Test("has a relative error below 1e-15 down to −708")
  func accuracy() {
    var random = RandomStream(seed: 21, purpose: "exponential")
    var worst = 0.0
    for _ in 0..<200_000 { worst = max(worst, relativeError(-708 * random.uniform())) }
    for _ in 0..<50_000 { worst = max(worst, relativeError(-random.uniform())) }
    // Around the places where the power of two changes.
    for half in 1..<2042 {
      let x = -0.5 * Double(half) * log(2)
      for x in [x, x.nextUp, x.nextDown] { worst = max(worst, relativeError(x)) }
    }
    for x in [0, -0.0, -1e-300, -Double.leastNonzeroMagnitude, -1e-17, -708] {
      worst = max(worst, relativeError(x))
    }
    #expect(worst < 1e-15)
    #expect(exponential(.zero) == SIMD8(repeating: 1))
  }

  @Test("is nothing below −708, where numbers of full precision are about to end")
  func underflow() {
    for x: Double in [
      (-708.0).nextDown, -708.4, -720, -744.9, -745, -746, -1e10, -1e308, -.infinity,
    ] {
      #expect(exponential(SIMD8(repeating: x)) == .zero)
      #expect(exp(x) < 3.4e-308)
    }
  }

  @Test("does not mix the eight")
  func lanes() {
    var random = RandomStream(seed: 22, purpose: "exponential lanes")
    let others: [Double] = [-.infinity, .nan, 0, -708, -745, -1e-300, -3]
    for _ in 0..<1000 {
      let x = -20 * random.uniform()
      var mixed = SIMD8<Double>(repeating: x)
      let lane = random.integer(below: 8)
      for other in 0..<8 where other != lane {
        mixed[other] = others[random.integer(below: others.count)]
      }
      #expect(exponential(mixed)[lane] == exponential(SIMD8(repeating: x))[lane])
      for other in 0..<8 where mixed[other].isNaN { #expect(exponential(mixed)[other].isNaN) }
    }
  }
}
