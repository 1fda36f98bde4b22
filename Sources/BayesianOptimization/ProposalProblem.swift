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

  /// Creates an appraisal.
  public init(costs: [Double], covariates: [Double], violation: Double) {
    self.costs = costs
    self.covariates = covariates
    self.violation = violation
  }

  /// The appraisal of an architecture from which no network can be built.
  public static let unbuildable = Appraisal(costs: [], covariates: [], violation: .infinity)

  /// Whether the architecture may be trained.
  public var isFeasible: Bool { violation <= 0 && isUsable }

  /// Whether costs and covariates can enter a calculation.
  var isUsable: Bool {
    violation < .infinity && costs.allSatisfy(\.isFinite) && covariates.allSatisfy(\.isFinite)
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
  /// The costs, in the order of the problem's `costNames`. Best well beyond a constraint's limit:
  /// students near the reference are worth little.
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
  /// The covariates of the surrogate. The costs, scaled, are covariates too and need no repeating.
  public let covariateNames: [String]
  /// On which scale costs are weighed, in the hypervolume and in the surrogate.
  public let costScale: CostScale
  /// The reference point, as far as it is given.
  public let reference: ReferencePoint

  private let appraise: (Architecture) -> Appraisal
  private let memory = Memory()

  /// Creates a problem.
  ///
  /// - Parameters:
  ///   - space: The architectures to choose from.
  ///   - costNames: The known costs to minimise.
  ///   - covariateNames: The additional covariates.
  ///   - costScale: On which scale costs are weighed.
  ///   - reference: Nil: the samplers choose all of it.
  ///   - appraise: Returns what is known about an architecture; called at most a few thousand
  ///     times per proposal, and must always return the same for the same. A cost or covariate
  ///     that is not finite makes the architecture count as unbuildable.
  public init(
    space: SearchSpace, costNames: [String], covariateNames: [String] = [],
    costScale: CostScale = .logarithmic, reference: ReferencePoint? = nil,
    appraise: @escaping (Architecture) -> Appraisal
  ) {
    self.space = space
    self.costNames = costNames
    self.covariateNames = covariateNames
    self.costScale = costScale
    self.reference =
      reference
      ?? ReferencePoint(value: nil, costs: Array(repeating: nil, count: costNames.count))
    precondition(
      self.reference.costs.count == costNames.count,
      "a reference of \(self.reference.costs.count) costs for \(costNames.count)")
    self.appraise = appraise
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

  /// The most points of a space for which every one is appraised.
  static let enumerationLimit = 20_000

  private final class Memory {
    static let capacity = 50_000
    var appraisals: [Architecture: Appraisal] = [:]
    var hasEnumeration = false
    var enumeration: [Architecture]?
  }
}
