import Foundation
import Statistics

/// By how much a student whose metric is uncertain is expected to raise what a search is for
/// (`SearchObjective`): the expected hypervolume improvement, and for each budget the expected improvement of
/// its best student, each times the probability that the student keeps its limits.
///
/// Values are in the surrogate's standard units, costs on the objective's axes.
struct ObjectiveImprovement {
  /// A student that is known, by what is believed of it.
  struct Point {
    let value: Double
    /// On the axes, in their order.
    let costs: [Double]
    /// As `Appraisal.budgets`.
    let budgets: [Double]
  }

  private let front: ExpectedHypervolumeImprovement
  private let logFrontWeight: Double
  private let logBudgetWeight: Double
  /// The best value within each budget, or what any must beat where there is none.
  private let best: [Double]
  /// The indices of the points that are the best of a budget.
  let budgetWinners: [Int]

  /// - Parameters:
  ///   - points: The students that may be trained, known so far.
  ///   - floor: The value below which a student is worth nothing to the front.
  ///   - budgetFloor: The same within a budget.
  ///   - limits: The place on each axis from which on it is worth nothing.
  init(
    _ objective: SearchObjective, points: [Point], floor: Double, budgetFloor: Double,
    limits: [Double]
  ) {
    front = ExpectedHypervolumeImprovement(
      front: points.map { ($0.value, $0.costs) }, referenceValue: floor, referenceCosts: limits)
    var extent = 1.0
    for (index, axis) in objective.axes.enumerated() {
      let cheapest = points.lazy.map { $0.costs[index] }.min() ?? limits[index]
      extent *= axis.extent(to: limits[index], cheapest: cheapest)
    }
    logFrontWeight = log(objective.frontShare) - log(extent)
    logBudgetWeight = log((1 - objective.frontShare) / Double(max(1, objective.budgetCount)))
    var best = [Double](repeating: budgetFloor, count: objective.budgetCount)
    var winners: [Int] = []
    for budget in best.indices {
      let keeping = points.indices.filter { points[$0].budgets[budget] > 0 }
      guard let winner = keeping.max(by: { points[$0].value < points[$1].value }) else { continue }
      best[budget] = max(budgetFloor, points[winner].value)
      winners.append(winner)
    }
    (self.best, budgetWinners) = (best, winners)
  }

  /// Returns what the best student within a budget must beat where none is known and any is better than
  /// none: a standard unit less than the worst of all, so that a budget does not stay empty.
  static func budgetFloor(below worst: Double) -> Double { worst - 1 }

  /// Returns the logarithm of the expected improvement; −∞ if there is none.
  ///
  /// - Parameters:
  ///   - mean: Mean of the uncertain value.
  ///   - deviation: Its standard deviation; 0 if it is certain.
  ///   - costs: On the axes.
  ///   - appraisal: The probabilities that the constraints and each budget are kept.
  func logValue(
    mean: Double, deviation: Double, costs: [Double], _ appraisal: Appraisal
  ) -> Double {
    var terms: [Double] = []
    if logFrontWeight > -.infinity {
      terms.append(
        logFrontWeight + log(appraisal.feasibility)
          + front.logValue(mean: mean, deviation: deviation, costs: costs))
    }
    for (budget, best) in best.enumerated() where appraisal.budgets[budget] > 0 {
      terms.append(
        logBudgetWeight + log(appraisal.budgets[budget])
          + NormalDistribution.logExpectedExcess(over: best, mean: mean, deviation: deviation))
    }
    guard let largest = terms.max(), largest > -.infinity else { return -.infinity }
    return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
  }
}
