/// Constraints that one student shall keep together; a study with several budgets returns the best student
/// of each.
public struct Budget: Hashable, Sendable {
  /// As reports call it.
  public let name: String
  public let constraints: [Constraint]

  /// Creates a budget of at least one constraint; without a name it is called by its constraints.
  public init(name: String? = nil, _ constraints: [Constraint]) {
    precondition(!constraints.isEmpty, "a budget without a constraint")
    self.name = name ?? constraints.map(\.description).joined(separator: ", ")
    self.constraints = constraints
  }

  /// Returns the sum of the constraints' relative violations; 0 if all are kept at the confidence.
  ///
  /// - Throws: `CostError` if a metric cannot be computed on the costs' devices.
  public func violation(
    of costs: Costs, at confidence: Confidence
  ) throws(CostError) -> Double {
    var sum = 0.0
    for constraint in constraints { sum += try constraint.violation(of: costs, at: confidence) }
    return sum
  }
}
