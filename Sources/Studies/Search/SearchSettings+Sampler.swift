import BayesianOptimization

extension SearchSettings {
  /// Whether the student of trial `number` is trained twice.
  func repeats(_ number: Int) -> Bool { repeatEvery > 0 && number % repeatEvery == 0 }

  /// Returns the study's sampler.
  func makeSampler() -> any Sampler {
    sampler == .bayesian ? BayesianSampler(initialTrials: initialTrials) : sampler.makeSampler()
  }
}
