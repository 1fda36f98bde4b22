import SearchSpaces

extension SearchSession {
  /// Returns the mean that the search's surrogate predicts for the metric of architectures, measured or not.
  ///
  /// - Parameters:
  ///   - architectures: Where to ask.
  ///   - observations: Results of the metric, oldest first. What failed or is pending is left out.
  /// - Returns: Nil for an architecture that cannot be appraised; nil for all without any result.
  public func posteriorMeans(
    of architectures: [Architecture], given observations: [Observation]
  ) -> [Double?] {
    let samples = samples(in: observations)
    guard !samples.isEmpty else { return architectures.map { _ in nil } }
    let surrogate = MetricSurrogate(
      problem: problem, listed: appraisedEnumeration, reference: problem.objective.floor)
    surrogate.condition(on: samples)
    let candidates = architectures.map(candidate)
    let means = surrogate.posterior(of: candidates.compactMap { $0 }).means
    var next = 0
    return candidates.map { candidate in
      guard candidate != nil else { return nil }
      next += 1
      return surrogate.raw(means[next - 1])
    }
  }
}
