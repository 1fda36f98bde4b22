/// What is known about an architecture without training it.
public struct Appraisal: Sendable, Hashable {
  /// The costs to minimise, in the order of the problem's `costNames`.
  public let costs: [Double]
  /// What else may tell accuracies apart, such as log MACs, in the order of `covariateNames`.
  public let covariates: [Double]
  /// By how much the hard constraints are violated, as a sum of relative excesses; 0 if by nothing.
  public let violation: Double
  /// The probability that the constraints are met, where costs are predicted with an error: what
  /// an improvement is worth is multiplied by it.
  public let feasibility: Double
  /// The probability that each budget of the objective is kept; 0 where it is not kept as surely as
  /// asked for, so that the student cannot be the budget's best.
  public let budgets: [Double]

  /// Creates an appraisal.
  public init(
    costs: [Double], covariates: [Double], violation: Double, feasibility: Double = 1,
    budgets: [Double] = []
  ) {
    self.costs = costs
    self.covariates = covariates
    self.violation = violation
    self.feasibility = feasibility
    self.budgets = budgets
  }

  /// The appraisal of an architecture from which no network can be built.
  public static let unbuildable = Appraisal(costs: [], covariates: [], violation: .infinity)

  /// Whether the architecture may be trained.
  public var isFeasible: Bool { violation <= 0 && isUsable }

  /// Whether costs and covariates can enter a calculation.
  var isUsable: Bool {
    violation < .infinity && costs.allSatisfy(\.isFinite) && covariates.allSatisfy(\.isFinite)
      && (0...1).contains(feasibility) && budgets.allSatisfy((0...1).contains)
  }
}
