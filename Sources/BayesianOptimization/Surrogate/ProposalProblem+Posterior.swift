import SearchSpaces

/// What the surrogate says of one architecture's metric, without noise.
public struct MetricPosterior: Sendable, Hashable {
  public let mean: Double
  public let deviation: Double
}

extension ProposalProblem {
  /// Returns what the search's surrogate says of architectures, measured or not.
  ///
  /// - Parameters:
  ///   - architectures: Where to ask.
  ///   - observations: Results of the metric, oldest first. What failed or is pending is no news.
  /// - Returns: Nil for an architecture that cannot be appraised; nil for all without any result.
  public func posterior(
    of architectures: [Architecture], given observations: [Observation]
  ) -> [MetricPosterior?] {
    var samples = MetricSample.values(in: observations, of: self)
    samples = ObservationThinning.kept(
      samples.map { (value: $0.value, cost: $0.appraisal.costs.first ?? 0) },
      most: ObservationThinning.most
    ).map { samples[$0] }
    guard !samples.isEmpty else { return architectures.map { _ in nil } }
    let surrogate = MetricSurrogate(problem: self, reference: objective.floor)
    surrogate.condition(on: samples, modelled: samples.count, pending: [])
    let appraisals = architectures.map(appraisal)
    let usable = appraisals.indices.filter { appraisals[$0].isUsable }
    let posterior = surrogate.posterior(
      of: usable.map { Candidate(architecture: architectures[$0], appraisal: appraisals[$0]) })
    var answers = [MetricPosterior?](repeating: nil, count: architectures.count)
    for (place, index) in usable.enumerated() {
      answers[index] = MetricPosterior(
        mean: surrogate.raw(posterior.means[place]),
        deviation: surrogate.rawDeviation(posterior.variances[place].squareRoot()))
    }
    return answers
  }
}
