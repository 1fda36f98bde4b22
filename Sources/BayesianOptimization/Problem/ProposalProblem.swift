import SearchSpaces

/// What to search, and what is known about every point of it: all that a proposal depends on
/// besides history, trial and seed.
///
/// Appraisals are remembered between proposals, so keep one problem for a whole search. Copies
/// share that memory; it is not for several threads at once.
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
  private unowned let memory: Memory
  /// What keeps the memory; nil in the copies that the memory itself holds on to.
  private var keeper: Memory?

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
  ///   - appraise: Returns what is known about an architecture; called at most a few thousand
  ///     times per proposal, and must always return the same for the same. A cost or covariate
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
    let memory = Memory()
    (self.memory, keeper) = (memory, memory)
  }

  /// The problem as what it remembers may hold on to it: without a cycle that would keep both for ever.
  private var remembered: ProposalProblem {
    var copy = self
    copy.keeper = nil
    return copy
  }

  /// Returns what is known about an architecture without training it.
  public func appraisal(of architecture: Architecture) -> Appraisal {
    if let known = memory.appraisals[architecture] { return known }
    var appraisal = appraise(architecture)
    if appraisal.isUsable {
      precondition(
        appraisal.costs.count == costNames.count
          && appraisal.covariates.count == covariateNames.count
          && appraisal.budgets.count == objective.budgetCount,
        "an appraisal of \(appraisal.costs.count) costs, \(appraisal.covariates.count) "
          + "covariates and \(appraisal.budgets.count) budgets, expected \(costNames), "
          + "\(covariateNames) and \(objective.budgetCount)")
    } else {
      appraisal = .unbuildable
    }
    // Forgetting bounds the memory and changes no result.
    if memory.appraisals.count >= Memory.capacity { memory.appraisals.removeAll() }
    memory.appraisals[architecture] = appraisal
    return appraisal
  }

  /// Returns costs on the objective's axes: the known ones, or those and the measured ones.
  func scaled(_ costs: [Double]) -> [Double] {
    costs.enumerated().map { objective.axes[$0].scaled($1) }
  }

  /// The axis of a measured cost.
  func measuredAxis(_ index: Int) -> CostAxis { objective.axes[costNames.count + index] }

  /// Every architecture of a space small enough to list; nil if it is not.
  var enumeration: [Architecture]? {
    if !memory.hasEnumeration {
      memory.enumeration = space.allArchitectures(limit: ProposalProblem.enumerationLimit)
      memory.hasEnumeration = true
    }
    return memory.enumeration
  }

  /// Every usable architecture of a space small enough to list, feasible or not, with its appraisal; nil
  /// if the space is not.
  var appraisedEnumeration: [Candidate]? {
    if let known = memory.appraisedEnumeration { return known }
    guard let all = enumeration else { return nil }
    memory.appraisedEnumeration = all.compactMap { architecture in
      let appraisal = appraisal(of: architecture)
      return appraisal.isUsable
        ? Candidate(architecture: architecture, appraisal: appraisal) : nil
    }
    return memory.appraisedEnumeration
  }

  /// The surrogates of the metric and of the measured costs, in this order, kept between proposals.
  var surrogates: [MetricSurrogate] {
    if let known = memory.surrogates { return known }
    // What is related is so by its metric; measured costs have no prior mean.
    let related = relatedMetric(MetricSample.values(in: related, of: self))
    let new = (0...measuredCostNames.count).map { metric in
      metric == 0
        ? MetricSurrogate(problem: remembered, reference: objective.floor, related: related)
        : MetricSurrogate(problem: remembered)
    }
    memory.surrogates = new
    return new
  }

  /// Returns the metric of these samples as a prior mean for another, kept for the next time; nil if
  /// there are none.
  ///
  /// - Parameter reference: The value of the related metric below which a trial is worth nothing.
  func relatedMetric(_ samples: [MetricSample], reference: Double? = nil) -> RelatedMetric? {
    if let known = memory.relatedMetric, known.samples == samples,
      known.metric.reference == reference
    {
      return known.metric
    }
    guard
      let metric = RelatedMetric(problem: remembered, samples: samples, reference: reference)
    else { return nil }
    memory.relatedMetric = (samples, metric)
    return metric
  }

  /// The most points of a space for which every one is appraised.
  static let enumerationLimit = 20_000

  private final class Memory {
    static let capacity = 50_000
    var appraisals: [Architecture: Appraisal] = [:]
    var hasEnumeration = false
    var enumeration: [Architecture]?
    var appraisedEnumeration: [Candidate]?
    var surrogates: [MetricSurrogate]?
    var relatedMetric: (samples: [MetricSample], metric: RelatedMetric)?
  }
}
