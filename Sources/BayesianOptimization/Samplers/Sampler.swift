import SearchSpaces

/// What a sampler wants done next.
public enum Proposal: Sendable, Hashable {
  /// Train this architecture: feasible, and not in the history.
  case architecture(Architecture)
  /// No feasible architecture is known or was found; these violate the constraints least, the least
  /// first. Some may be in the history.
  case infeasible(leastInfeasible: [Architecture])
}

/// A strategy that proposes the next architecture to train.
///
/// Every conformance keeps this:
/// - A proposal depends on the problem, the history, the trial number and the seed only: the same
///   four give the same proposal, bit for bit.
/// - It is feasible and not in the history, whatever became of the trial there. Of repeated, failed
///   and pending entries it makes the best it can.
/// - A space of at most 20,000 architectures is proposed to the last feasible one. In a larger
///   one, the search for a feasible architecture is given up after 4,000 appraisals.
public protocol Sampler: Sendable {
  /// Returns the proposal for a trial, or nil if nothing untried is left to propose.
  ///
  /// - Parameters:
  ///   - problem: What to search.
  ///   - history: All trials so far, oldest first.
  ///   - trial: The number of the trial, not negative.
  ///   - seed: The seed of the study.
  func propose(
    _ problem: ProposalProblem, history: [Observation], trial: Int, seed: UInt64
  ) throws -> Proposal?
}

/// A sampler by the name that a study gives it.
public enum SamplerKind: String, CaseIterable, Codable, Sendable {
  /// Gaussian-process Bayesian optimisation; the default.
  case bayesian
  /// Uniform draws.
  case random
  /// Regularised, non-dominated evolution.
  case evolution
  /// Points that fill the space evenly.
  case quasirandom
  /// Pareto local search.
  case local

  /// Returns the sampler with its usual settings.
  public func makeSampler() -> any Sampler {
    switch self {
    case .bayesian: BayesianSampler()
    case .random: RandomSampler()
    case .evolution: EvolutionSampler()
    case .quasirandom: QuasiRandomSampler()
    case .local: LocalSampler()
    }
  }
}
