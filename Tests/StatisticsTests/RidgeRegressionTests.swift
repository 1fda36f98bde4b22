import Testing

@testable import Statistics

@Suite("ridge regression")
struct RidgeRegressionTests {
  /// x = −1, 0, 1 around its mean, y = −2, 0, 2 around its own: the coefficient is 4 / (2 + strength).
  @Test("is what a hand computes")
  func byHand() {
    let regression = RidgeRegression([[4], [5], [6]], [8, 10, 12], strength: 2)
    #expect(abs(regression.value(of: [5]) - 10) < 1e-12)
    #expect(abs(regression.value(of: [7]) - 12) < 1e-12)
    let strict = RidgeRegression([[4], [5], [6]], [8, 10, 12], strength: 6)
    #expect(abs(strict.value(of: [7]) - 11) < 1e-12)
  }

  /// Centred, both features have squares 4 and no product: coefficients 4 · 3 / 5 and 4 · −1 / 5.
  @Test("treats features one by one where they are orthogonal")
  func orthogonal() {
    let rows: [[Double]] = [[1, 1], [1, -1], [-1, 1], [-1, -1]]
    let regression = RidgeRegression(rows, rows.map { 7 + 3 * $0[0] - $0[1] }, strength: 1)
    #expect(abs(regression.value(of: [0, 0]) - 7) < 1e-12)
    #expect(abs(regression.value(of: [1, 0]) - (7 + 2.4)) < 1e-12)
    #expect(abs(regression.value(of: [0, 1]) - (7 - 0.8)) < 1e-12)
  }

  @Test("shares a coefficient among features that are the same, and ignores one that never varies")
  func degenerate() {
    let rows: [[Double]] = [[1, 1, 9], [-1, -1, 9]]
    let regression = RidgeRegression(rows, [4, -4], strength: 4)
    // Gram [[2 + 4, 2], [2, 2 + 4]], moments 8: both coefficients are 1.
    #expect(abs(regression.value(of: [1, 0, 9]) - 1) < 1e-12)
    #expect(abs(regression.value(of: [1, 1, 100]) - 2) < 1e-12)
  }
}
