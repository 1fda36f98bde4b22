import SearchSpaces

/// A metric that resembles the one to be predicted: the accuracy after flash distillation for that
/// after full training, the accuracies of an earlier study under another teacher.
///
/// What its own surrogate says is the prior mean of the other, times a slope that the two metrics'
/// common trials decide; the rest is a Gaussian process. Source: Kennedy and O'Hagan, "Predicting the
/// output from a complex computer code when fast approximations are available", Biometrika 2000,
/// doi:10.1093/biomet/87.1.1, equation 1.
final class RelatedMetric {
  /// The value of this metric below which a trial is worth nothing, if that is known.
  let reference: Double?
  private let surrogate: MetricSurrogate
  private var enumeration: PosteriorPanel.Posterior?

  /// Creates the metric from its samples; nil if there are none.
  ///
  /// - Parameter listed: `SearchSession.appraisedEnumeration`.
  init?(
    problem: ProposalProblem, listed: [Candidate]?, samples: [MetricSample],
    reference: Double? = nil
  ) {
    guard !samples.isEmpty else { return nil }
    self.reference = reference
    surrogate = MetricSurrogate(problem: problem, listed: listed, reference: reference)
    surrogate.condition(on: samples)
  }

  /// Mean and variance at candidates, in standard units of this metric.
  func posterior(of candidates: some Collection<Candidate>) -> PosteriorPanel.Posterior {
    surrogate.posterior(of: candidates)
  }

  /// Returns a value of this metric in its standard units.
  func standardized(_ value: Double) -> Double { surrogate.standardized(value) }

  /// Mean and variance at all points of a listed space.
  func posteriorOfEnumeration() -> PosteriorPanel.Posterior {
    if let enumeration { return enumeration }
    let posterior = surrogate.posteriorOfEnumeration()
    enumeration = posterior
    return posterior
  }

  /// Returns the slope of outputs over this metric's prior means: least squares through the origin,
  /// drawn towards 1, as if eight trials of unit spread had said so.
  static func slope(outputs: [Double], prior: [Double]) -> Double {
    let belief = 8.0
    let products = zip(outputs, prior).reduce(belief) { $0 + $1.0 * $1.1 }
    return max(0, products / prior.reduce(belief) { $0 + $1 * $1 })
  }
}
