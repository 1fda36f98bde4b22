import RandomStreams
import Testing

@testable import Statistics

@Suite("non-negative least squares")
struct NonnegativeLeastSquaresTests {
  @Test("finds an exact non-negative solution, whatever the columns' scales")
  func exact() {
    var random = RandomStream(seed: 3, purpose: "rows")
    let solution = [2, 0, 0.5, 1e3, 0, 1e-4]
    let scales = [1, 1, 10, 1e-3, 1, 1e4]
    let rows = (0..<30).map { _ in scales.map { $0 * random.uniform() } }
    let targets = rows.map { zip($0, solution).reduce(0) { $0 + $1.0 * $1.1 } }
    let found = nonnegativeLeastSquares(rows, targets)
    // The ridge of 1e-10 on unit columns lets each column's part of a target be wrong by about 1e-8.
    for column in solution.indices {
      #expect(abs(found[column] - solution[column]) * scales[column] < 1e-6)
    }
  }

  /// The conditions of Karush, Kuhn and Tucker: x ≥ 0, the gradient is 0 where x > 0, and ≥ 0 elsewhere.
  @Test("meets the conditions of a minimum on noisy problems", arguments: 0..<20)
  func optimal(problem: Int) {
    var random = RandomStream(seed: 5, purpose: "problem", problem)
    let rows = (0..<40).map { _ in (0..<12).map { _ in random.normal() } }
    let targets = (0..<40).map { _ in random.normal() }
    let x = nonnegativeLeastSquares(rows, targets)
    for column in 0..<12 {
      let gradient = zip(rows, targets).reduce(0.0) { sum, pair in
        let residual = zip(pair.0, x).reduce(0) { $0 + $1.0 * $1.1 } - pair.1
        return sum + pair.0[column] * residual
      }
      #expect(x[column] >= 0)
      #expect(gradient > -1e-6)
      if x[column] > 0 { #expect(abs(gradient) < 1e-6) }
    }
  }

  @Test("leaves columns of zeros at zero, and shares between equal columns")
  func degenerate() {
    let rows = [[1.0, 0, 1], [2, 0, 2], [3, 0, 3]]
    let x = nonnegativeLeastSquares(rows, [2, 4, 6])
    #expect(x[1] == 0)
    #expect(abs(x[0] + x[2] - 2) < 1e-6)
  }
}
