import Testing

@testable import Statistics

@Suite("Bayesian linear regression")
struct BayesianRegressionTests {
  @Test("moves one coefficient as the normal distribution says")
  func oneCoefficient() {
    // Prior 2 ± 1, an observation of 5 ± 1 at input 1: halfway. A second one counts a third.
    var regression = BayesianRegression(means: [2], deviations: [1])
    #expect(regression.mean(at: [3]) == 6)
    regression.observe(5, at: [1], variance: 1)
    #expect(abs(regression.means[0] - 3.5) < 1e-12)
    regression.observe(5, at: [1], variance: 1)
    #expect(abs(regression.means[0] - 4) < 1e-12)
  }

  @Test("finds a function that many observations follow, in any order")
  func function() {
    var points: [(x: [Double], y: Double)] = []
    for i in 0..<12 {
      let x = [1, Double(i % 4), Double(i / 4)]
      points.append((x, 0.3 - 2 * x[1] + 0.7 * x[2]))
    }
    func fitted(_ points: [(x: [Double], y: Double)]) -> [Double] {
      var regression = BayesianRegression(means: [0, 0, 0], deviations: [10, 10, 10])
      for point in points { regression.observe(point.y, at: point.x, variance: 1e-6) }
      return regression.means
    }
    let (forwards, backwards) = (fitted(points), fitted(points.reversed()))
    for (index, truth) in [0.3, -2, 0.7].enumerated() {
      #expect(abs(forwards[index] - truth) < 1e-4)
      #expect(abs(forwards[index] - backwards[index]) < 1e-6)
    }
  }

  @Test("keeps what is certain")
  func certain() {
    var regression = BayesianRegression(means: [1, 1], deviations: [0, 2])
    regression.observe(9, at: [1, 1], variance: 0.01)
    #expect(regression.means[0] == 1 && regression.means[1] > 7.9)
  }
}
