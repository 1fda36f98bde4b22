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
