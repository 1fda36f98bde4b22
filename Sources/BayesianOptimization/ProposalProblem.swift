import Foundation
import SearchSpaces

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

  /// Creates an appraisal.
  public init(
    costs: [Double], covariates: [Double], violation: Double, feasibility: Double = 1
  ) {
    self.costs = costs
    self.covariates = covariates
    self.violation = violation
    self.feasibility = feasibility
  }

  /// The appraisal of an architecture from which no network can be built.
  public static let unbuildable = Appraisal(costs: [], covariates: [], violation: .infinity)

  /// Whether the architecture may be trained.
  public var isFeasible: Bool { violation <= 0 && isUsable }

  /// Whether costs and covariates can enter a calculation.
  var isUsable: Bool {
    violation < .infinity && costs.allSatisfy(\.isFinite) && covariates.allSatisfy(\.isFinite)
      && (0...1).contains(feasibility)
  }
}

/// On which scale differences of a cost are weighed.
public enum CostScale: String, CaseIterable, Sendable {
  /// Factors: halving a cost is worth the same wherever it stands, and in any unit. Costs span
  /// one or two decades over a search space; on a linear scale the slowest students would take up
  /// nearly all of the volume. Costs below 1e-12 count as 1e-12.
  case logarithmic
  /// Differences.
  case linear

  /// Returns a cost on this scale.
  func scaled(_ cost: Double) -> Double {
    switch self {
    case .logarithmic: log(max(cost, 1e-12))
    case .linear: cost
    }
  }
}

/// The point that a solution must beat in every objective to be worth anything; nil: chosen by
/// the sampler.
public struct ReferencePoint: Sendable, Hashable {
  /// The value of the metric.
  public let value: Double?
  /// The costs, in the order of the problem's `costNames`, then its `measuredCostNames`. Best well
  /// beyond a constraint's limit: students near the reference are worth little.
  public let costs: [Double?]

  /// Creates a reference point.
  public init(value: Double?, costs: [Double?]) {
    self.value = value
    self.costs = costs
  }
}

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
  /// The covariates of the surrogate. The costs, scaled, are covariates too and need no repeating.
  public let covariateNames: [String]
  /// On which scale costs are weighed, in the hypervolume and in the surrogate.
  public let costScale: CostScale
  /// The reference point, as far as it is given.
  public let reference: ReferencePoint

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
  ///   - costScale: On which scale costs are weighed.
  ///   - reference: Nil: the samplers choose all of it.
  ///   - measuredLimits: Upper limits of the measured costs; nil: none.
  ///   - related: Results of another metric on the same space.
  ///   - appraise: Returns what is known about an architecture; called at most a few thousand
  ///     times per proposal, and must always return the same for the same. A cost or covariate
  ///     that is not finite makes the architecture count as unbuildable.
  public init(
    space: SearchSpace, costNames: [String], measuredCostNames: [String] = [],
    covariateNames: [String] = [], costScale: CostScale = .logarithmic,
    reference: ReferencePoint? = nil, measuredLimits: [Double?]? = nil,
    related: [Observation] = [], appraise: @escaping (Architecture) -> Appraisal
  ) {
    self.space = space
    self.costNames = costNames
    self.measuredCostNames = measuredCostNames
    self.covariateNames = covariateNames
    self.costScale = costScale
    let costCount = costNames.count + measuredCostNames.count
    self.reference =
      reference ?? ReferencePoint(value: nil, costs: Array(repeating: nil, count: costCount))
    precondition(
      self.reference.costs.count == costCount,
      "a reference of \(self.reference.costs.count) costs for \(costCount)")
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
          && appraisal.covariates.count == covariateNames.count,
        "an appraisal of \(appraisal.costs.count) costs and \(appraisal.covariates.count) "
          + "covariates, expected \(costNames) and \(covariateNames)")
    } else {
      appraisal = .unbuildable
    }
    // Forgetting bounds the memory and changes no result.
    if memory.appraisals.count >= Memory.capacity { memory.appraisals.removeAll() }
    memory.appraisals[architecture] = appraisal
    return appraisal
  }

  /// Returns costs on the problem's scale.
  func scaled(_ costs: [Double]) -> [Double] { costs.map(costScale.scaled) }

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
        ? MetricSurrogate(problem: remembered, reference: reference.value, related: related)
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
