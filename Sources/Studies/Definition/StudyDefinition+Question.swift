import HardwareProfiles

// What a study asks, in the form that search, finalists and reports share.

extension StudyDefinition {
  /// The budgets whose best students the study asks for: those of `budgets`, and around them all the
  /// study's own limits, where there are any, as one budget more.
  ///
  /// In `study.json`'s order, the limits last. Empty for a study without limits and budgets.
  public var askedBudgets: [Budget] {
    let limits = constraints.filter { $0.relation == .atMost }
    guard !limits.isEmpty else { return budgets }
    // Where a budget says the same, the limits are no further one.
    let isNamed = budgets.contains { Set($0.constraints).isSuperset(of: limits) }
    return isNamed
      ? budgets : budgets + [Budget(name: budgets.isEmpty ? nil : "all limits", limits)]
  }
}
