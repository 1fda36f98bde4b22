import Foundation
import Testing

@testable import Statistics

@Suite("the L-BFGS minimiser")
struct LimitedMemoryBFGSTests {
  private func rosenbrock(_ x: [Double]) -> (value: Double, gradient: [Double]) {
    let (a, b) = (1 - x[0], x[1] - x[0] * x[0])
    return (a * a + 100 * b * b, [-2 * a - 400 * x[0] * b, 200 * b])
  }

  @Test("finds the bottom of Rosenbrock's valley")
  func valley() {
    let minimum = minimize(
      from: [-1.2, 1], maximumEvaluations: 200, tolerance: 1e-14, rosenbrock)
    #expect(abs(minimum.point[0] - 1) < 1e-4 && abs(minimum.point[1] - 1) < 1e-4)
  }

  @Test("steps back from ground that is not finite, and never ends higher than it began")
  func forbiddenGround() {
    // log x falls without end towards 0, beyond which it has no value.
    let minimum = minimize(from: [1], maximumEvaluations: 60, tolerance: 0) { x in
      x[0] > 0 ? (x[0] - log(x[0]) / 100, [1 - 0.01 / x[0]]) : (.infinity, [0])
    }
    #expect(abs(minimum.point[0] - 0.01) < 1e-3)
  }

  @Test("keeps to the number of evaluations it is given")
  func budget() {
    let minimum = minimize(from: [-1.2, 1], maximumEvaluations: 7, tolerance: 0, rosenbrock)
    #expect(minimum.evaluations <= 7 && minimum.value < rosenbrock([-1.2, 1]).value)
  }

  @Test("returns a start that has no value")
  func noStart() {
    let minimum = minimize(from: [2], maximumEvaluations: 9, tolerance: 0) { _ in (.nan, [0]) }
    #expect(minimum.point == [2] && minimum.evaluations == 1)
  }
}
