import SearchSpaces

/// What to search, and what is known about every point of it: all that a proposal depends on
/// apart from history, trial and seed.
///
/// A value that remembers nothing; `SearchSession` does.
public struct ProposalProblem {
  /// The architectures to choose from.
  public let space: SearchSpace
  /// The known costs to minimise; empty if the metric is the only objective.
  public let costNames: [String]
  /// Costs to minimise that only a measurement tells; each gets a surrogate of its own.
  public let measuredCostNames: [String]
  /// Upper limits of the measured costs; nil: none. Beyond them a trial is worth nothing.
  public let measuredLimits: [Double?]
  /// Results of another metric on the same space, such as the accuracies under another teacher: what
  /// they say of an architecture is the prior mean, as far as the two metrics prove alike.
  public let related: [Observation]
  /// The covariates of the surrogate. The logarithms of costs are covariates too and need no repeating.
  public let covariateNames: [String]
  /// What the search is for.
  public let objective: SearchObjective

  private let appraise: (Architecture) -> Appraisal

  /// Creates a problem.
  ///
  /// - Parameters:
  ///   - space: The architectures to choose from.
  ///   - costNames: The known costs to minimise.
  ///   - measuredCostNames: The costs to minimise that come with a measurement.
  ///   - covariateNames: The additional covariates.
  ///   - objective: Nil: the front over all costs, each without a limit.
  ///   - measuredLimits: Upper limits of the measured costs; nil: none.
  ///   - related: Results of another metric on the same space.
  ///   - appraise: Returns what is known about an architecture; called for every
  ///     architecture of a space that is listed, and at most a few thousand times a proposal otherwise; it must always return the same for the same. A cost or covariate
  ///     that is not finite makes the architecture count as unbuildable.
  public init(
    space: SearchSpace, costNames: [String], measuredCostNames: [String] = [],
    covariateNames: [String] = [], objective: SearchObjective? = nil,
    measuredLimits: [Double?]? = nil,
    related: [Observation] = [], appraise: @escaping (Architecture) -> Appraisal
  ) {
    self.space = space
    self.costNames = costNames
    self.measuredCostNames = measuredCostNames
    self.covariateNames = covariateNames
    let costCount = costNames.count + measuredCostNames.count
    self.objective =
      objective
      ?? SearchObjective(
        axes: Array(repeating: CostAxis(scale: .logarithmic), count: costCount))
    precondition(
      self.objective.axes.count == costCount,
      "an objective of \(self.objective.axes.count) costs for \(costCount)")
    self.measuredLimits = measuredLimits ?? measuredCostNames.map { _ in nil }
    precondition(
      self.measuredLimits.count == measuredCostNames.count,
      "\(self.measuredLimits.count) limits for \(measuredCostNames.count) measured costs")
    self.related = related
    self.appraise = appraise
  }

  /// Returns what is known about an architecture without training it.
  ///
  /// Worked out anew each time; during a search, ask its `SearchSession`.
  public func appraisal(of architecture: Architecture) -> Appraisal {
    let appraisal = appraise(architecture)
    guard appraisal.isUsable else { return .unbuildable }
    precondition(
      appraisal.costs.count == costNames.count
        && appraisal.covariates.count == covariateNames.count
        && appraisal.budgets.count == objective.budgetCount,
      "an appraisal of \(appraisal.costs.count) costs, \(appraisal.covariates.count) "
        + "covariates and \(appraisal.budgets.count) budgets, expected \(costNames), "
        + "\(covariateNames) and \(objective.budgetCount)")
    return appraisal
  }

  /// Returns costs on the objective's axes: the known ones, or those and the measured ones.
  func scaled(_ costs: [Double]) -> [Double] {
    costs.enumerated().map { objective.axes[$0].scaled($1) }
  }

  /// The axis of a measured cost.
  func measuredAxis(_ index: Int) -> CostAxis { objective.axes[costNames.count + index] }
}
