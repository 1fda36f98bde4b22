import ParetoFronts
import RandomStreams
import Testing

@testable import BayesianOptimization

@Suite("what a search is for")
struct SearchObjectiveTests {
  private func axis(
    _ bounds: [Double], isBounded: Bool = true, largest: Double? = nil
  ) -> CostAxis {
    let cost = SearchObjective.AskedCost(bounds: bounds, isBounded: isBounded, largest: largest)
    return SearchObjective(
      floor: nil, requiredValue: nil, asking: [cost], budgetCount: 1, asksForFront: true
    ).axes[0]
  }

  @Test("weighs a limited cost linearly, between the budgets or from 0 to a single one")
  func limited() {
    #expect(axis([2]) == CostAxis(scale: .linear, limit: 2))
    #expect(axis([1.5, 0.5, 2]) == CostAxis(scale: .linear, limit: 2, lowest: 0.5))
    #expect(axis([2, 2]) == CostAxis(scale: .linear, limit: 2))
  }

  @Test("weighs a cost without a limit by factors, up to the costliest of a sample")
  func unlimited() {
    #expect(axis([], isBounded: false, largest: 7) == CostAxis(scale: .logarithmic, limit: 7))
    // A budget on it does not bound those that keep another budget.
    #expect(axis([2], isBounded: false, largest: 7) == CostAxis(scale: .logarithmic, limit: 7))
  }

  @Test("divides itself between the front and the budgets, as far as each is asked for")
  func shares() {
    func share(_ budgets: Int, _ asksForFront: Bool) -> Double {
      SearchObjective(axes: [], budgetCount: budgets, asksForFront: asksForFront).frontShare
    }
    #expect(share(0, true) == 1 && share(3, true) == 0.5 && share(3, false) == 0)
  }

  /// The formula of its comment: over a linear axis from 0 to L the hypervolume over the floor is L times the
  /// mean, over budgets up to L, of what the best student within each is worth.
  @Test("counts a hypervolume per extent as the mean over all budgets of their best students")
  func meanOverBudgets() {
    var random = RandomStream(seed: 31, purpose: "objective")
    let (limit, floor) = (4.0, 0.3)
    let students = (0..<12).map { _ in (value: random.uniform(), cost: 5 * random.uniform()) }
    let volume = hypervolume(
      of: students.map { [$0.value, -$0.cost] }, reference: [floor, -limit])
    let steps = 200_000
    let mean =
      (0..<steps).reduce(0.0) { sum, step in
        let budget = (Double(step) + 0.5) / Double(steps) * limit
        let best = students.lazy.filter { $0.cost <= budget }.map(\.value).max() ?? 0
        return sum + max(0, best - floor)
      } / Double(steps)
    let axis = CostAxis(scale: .linear, limit: limit)
    #expect(abs(volume / axis.extent(to: limit, cheapest: 0.5) - mean) < 1e-5)
  }

  @Test("takes all costs below the lowest budget for that budget")
  func lowest() {
    let axis = CostAxis(scale: .linear, limit: 2, lowest: 0.5)
    #expect(axis.scaled(0.1) == 0.5 && axis.scaled(0.7) == 0.7)
    #expect(axis.extent(to: 2, cheapest: 0.1) == 1.5)
  }
}
