import Foundation
import ParetoFronts
import RandomStreams
import SearchSpaces
import Testing

@testable import BayesianOptimization

@Suite("the expected improvement of what a search is for")
struct ObjectiveImprovementTests {
  private static let objective = SearchObjective(
    floor: 0.3, axes: [CostAxis(scale: .linear, limit: 4, lowest: 1)], budgetCount: 2)

  private static func points(_ round: Int) -> [ObjectiveImprovement.Point] {
    var random = RandomStream(seed: 32, purpose: "objective improvement", round)
    return (0..<random.integer(below: 6)).map { _ in
      let cost = 1 + 3.5 * random.uniform()
      return ObjectiveImprovement.Point(
        value: random.uniform(), costs: [cost], budgets: [cost <= 2 ? 0.95 : 0, cost <= 4 ? 1 : 0])
    }
  }

  /// What students are worth, written out: half the mean front between the budgets, half the mean of the two
  /// budgets' best.
  private static func worth(_ students: [ObjectiveImprovement.Point]) -> Double {
    let front = hypervolume(
      of: students.map { [$0.value, -$0.costs[0]] }, reference: [0.3, -4])
    let bests = [0, 1].map { budget in
      students.filter { $0.budgets[budget] > 0 }.reduce(0.1) { max($0, $1.value) }
    }
    return 0.5 * front / 3 + 0.5 * (bests[0] + bests[1]) / 2
  }

  private static func improvement(
    _ points: [ObjectiveImprovement.Point]
  ) -> ObjectiveImprovement {
    ObjectiveImprovement(objective, points: points, floor: 0.3, budgetFloor: 0.1, limits: [4])
  }

  @Test("is the rise of the worth where the metric is certain", arguments: 0..<20)
  func certain(round: Int) {
    let points = Self.points(round)
    let candidate = ObjectiveImprovement.Point(value: 0.7, costs: [1.8], budgets: [1, 1])
    let rise = Self.worth(points + [candidate]) - Self.worth(points)
    let log = Self.improvement(points).logValue(
      mean: 0.7, deviation: 0, costs: [1.8],
      Appraisal(costs: [1.8], covariates: [], violation: 0, budgets: [1, 1]))
    #expect(abs(exp(log) - rise) < 1e-12)
  }

  @Test("is the mean rise of the worth over an uncertain metric", arguments: 0..<10)
  func uncertain(round: Int) {
    let points = Self.points(round)
    let improvement = Self.improvement(points)
    for (cost, budgets) in [(1.2, [1.0, 1.0]), (3.0, [0, 1])] {
      let (mean, deviation) = (0.6, 0.2)
      var sum = 0.0
      let steps = 4000
      for step in 0..<steps {
        let z = -6 + 12 * (Double(step) + 0.5) / Double(steps)
        let candidate = ObjectiveImprovement.Point(
          value: mean + deviation * z, costs: [cost], budgets: budgets)
        let rise = Self.worth(points + [candidate]) - Self.worth(points)
        sum += rise * exp(-0.5 * z * z) / (2 * Double.pi).squareRoot() * 12 / Double(steps)
      }
      let log = improvement.logValue(
        mean: mean, deviation: deviation, costs: [cost],
        Appraisal(costs: [cost], covariates: [], violation: 0, budgets: budgets))
      #expect(abs(exp(log) - sum) < 1e-5)
    }
  }

  @Test("of a student counts as far as it keeps a budget, and not at all where it keeps none")
  func probability() {
    let improvement = Self.improvement([])
    func value(_ feasibility: Double, _ budgets: [Double], cost: Double = 1.5) -> Double {
      exp(
        improvement.logValue(
          mean: 0.9, deviation: 0.1, costs: [cost],
          Appraisal(
            costs: [cost], covariates: [], violation: 0, feasibility: feasibility,
            budgets: budgets)))
    }
    #expect(abs(value(0.5, [0.5, 0.5]) - 0.5 * value(1, [1, 1])) < 1e-12)
    #expect(value(1, [0, 1]) < value(1, [1, 1]))
    #expect(value(1, [0, 0], cost: 4.5) == 0)
  }

  @Test("names the best student of each budget")
  func winners() {
    let points = [
      ObjectiveImprovement.Point(value: 0.5, costs: [1.5], budgets: [1, 1]),
      ObjectiveImprovement.Point(value: 0.8, costs: [3], budgets: [0, 1]),
      ObjectiveImprovement.Point(value: 0.4, costs: [1.2], budgets: [1, 1]),
    ]
    #expect(Self.improvement(points).budgetWinners == [0, 1])
  }
}
