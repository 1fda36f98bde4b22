import HardwareProfiles

extension StudyDefinition {
  /// Returns the sum of relative violations of a budget; 0 if it is kept at the study's confidence.
  public func violation(_ budget: Budget, _ costs: Costs) -> Double {
    (try? budget.violation(of: costs, at: confidence)) ?? .infinity
  }

  /// What a student of these costs has to keep: the constraints, and those of the budget that is nearest.
  func limits(for costs: Costs) -> [Constraint] {
    let nearest = budgets.map { (budget: $0, violation: violation($0, costs)) }
      .reduce(nil) { nearest, next -> (budget: Budget, violation: Double)? in
        guard let nearest, nearest.violation <= next.violation else { return next }
        return nearest
      }
    return constraints + (nearest?.budget.constraints ?? [])
  }
}
