import Foundation
import RandomStreams
import SearchSpaces

@testable import BayesianOptimization

extension SamplerKind {
  /// Returns the sampler with a short first phase, so that short histories reach the second.
  func makeImpatientSampler() -> any Sampler {
    switch self {
    case .bayesian: BayesianSampler(initialTrials: 3)
    case .evolution: EvolutionSampler(populationSize: 3)
    case .local: LocalSampler(initialTrials: 3)
    case .random, .quasirandom: makeSampler()
    }
  }
}

/// A made-up problem of everything that a problem may have, and what may become of its trials.
///
/// Of one seed and round everything is the same; `problem()` makes it anew.
struct RandomProblem {
  let space: SearchSpace
  private let costCount: Int
  private let measuredCostCount: Int
  private let infeasibleShare: Double
  private let hasDoubt: Bool
  /// Whether costs and covariates go to the ends of the range of numbers.
  private let isExtreme: Bool
  private let measuredLimits: [Double?]
  private let budgetCount: Int
  private let objective: SearchObjective?
  private let related: [Observation]
  private let salt: Int

  init(space: SearchSpace, using random: inout RandomStream) {
    self.space = space
    costCount = random.integer(below: 4)
    measuredCostCount = random.integer(below: 3)
    let costScale: CostScale = random.integer(below: 2) == 0 ? .linear : .logarithmic
    infeasibleShare = [0, 0, 0.3, 0.9, 1][random.integer(below: 5)]
    hasDoubt = random.integer(below: 3) == 0
    isExtreme = random.integer(below: 20) == 0
    salt = random.integer(below: 1_000_000)
    func given(_ count: Int) -> [Double?] {
      (0..<count).map { _ in
        let value = [-1, 0, 2.5, 4, 1e9][random.integer(below: 5)]
        return random.integer(below: 2) == 0 ? nil : value
      }
    }
    measuredLimits = given(measuredCostCount)
    budgetCount = random.integer(below: 3)
    let limits = given(costCount + measuredCostCount)
    let lowest = given(costCount + measuredCostCount)
    objective =
      random.integer(below: 2) == 0 && budgetCount == 0
      ? nil
      : SearchObjective(
        floor: given(1)[0], budgetFloor: given(1)[0],
        axes: zip(limits, lowest).map { CostAxis(scale: costScale, limit: $0, lowest: $1) },
        budgetCount: budgetCount, asksForFront: budgetCount == 0 || random.integer(below: 2) == 0)
    var related: [Observation] = []
    if random.integer(below: 3) == 0 {
      for _ in 0..<random.integer(below: 12) {
        let outcome = RandomProblem.outcome(costCount: 1, using: &random)
        related.append(
          Observation(architecture: space.randomArchitecture(using: &random), outcome: outcome))
      }
    }
    self.related = related
  }

  func problem() -> ProposalProblem {
    let names = (0..<costCount).map { "cost \($0)" }
    return ProposalProblem(
      space: space, costNames: names,
      measuredCostNames: (0..<measuredCostCount).map { "measured \($0)" },
      covariateNames: ["size"], objective: objective, measuredLimits: measuredLimits,
      related: related, appraise: appraisal)
  }

  private func appraisal(of architecture: Architecture) -> Appraisal {
    var values = RandomStream(seed: 14, purpose: space.key(of: architecture), salt)
    let draw = values.uniform()
    if draw < 0.1 * infeasibleShare { return .unbuildable }
    var costs = (0..<costCount).map { _ in Double(values.integer(below: 5)) }
    var size = Double(architecture.choices.reduce(0, +))
    if isExtreme {
      let ends = [-1e308, 1e308, .leastNonzeroMagnitude, 0, 1]
      costs = costs.map { _ in ends[values.integer(below: 5)] }
      size = ends[values.integer(below: 5)]
    }
    if costCount > 0 && draw > 0.95 { costs[0] = .nan }
    var feasibility = 1.0
    if hasDoubt { feasibility = [0, 1e-300, 0.3, 1, 1][values.integer(below: 5)] }
    return Appraisal(
      costs: costs, covariates: [size],
      violation: draw > 0.93 && infeasibleShare > 0 ? .nan : max(0, infeasibleShare - draw),
      feasibility: feasibility,
      budgets: (0..<budgetCount).map { _ in [0, 0.4, 1][values.integer(below: 3)] })
  }

  /// Returns what became of a trial: anything, but more often a measurement.
  func outcome(using random: inout RandomStream) -> Observation.Outcome {
    RandomProblem.outcome(costCount: measuredCostCount, using: &random)
  }

  private static func outcome(
    costCount: Int, using random: inout RandomStream
  ) -> Observation.Outcome {
    var costs = (0..<costCount).map { _ in 10 * random.uniform() }
    switch random.integer(below: 40) {
    case 0: costs.append(1)
    case 1: costs = []
    case 2: costs = costs.map { _ in .nan }
    case 3: costs = costs.map { _ in -1e300 }
    case 4: costs = costs.map { _ in .infinity }
    case 5: costs = costs.map { _ in 1e300 }
    default: break
    }
    func measured(_ value: Double, _ error: Double) -> Observation.Outcome {
      .measured(value: value, standardError: error, costs: costs)
    }
    switch random.integer(below: 14) {
    case 0: return .failed
    case 1: return .pending
    case 2: return measured(.nan, 0.1)
    case 3: return measured(-.infinity, 0)
    case 4: return measured(0.5, .nan)
    case 5: return measured(0, -1)
    case 6: return measured([1e300, -1e300, -1e6, 1e-300][random.integer(below: 4)], 0)
    case 7: return .infeasible
    case 8: return measured(0.5, [1e300, .infinity, 1e-300][random.integer(below: 3)])
    default: return measured(random.uniform(), 0.02)
    }
  }

  /// Returns trials of random architectures, some of them again and again.
  func history(count: Int, using random: inout RandomStream) -> [Observation] {
    var history: [Observation] = []
    for _ in 0..<count {
      let isAgain = !history.isEmpty && random.integer(below: 4) == 0
      history.append(
        Observation(
          architecture: isAgain
            ? history[random.integer(below: history.count)].architecture
            : space.randomArchitecture(using: &random),
          outcome: outcome(using: &random)))
    }
    return history
  }
}
