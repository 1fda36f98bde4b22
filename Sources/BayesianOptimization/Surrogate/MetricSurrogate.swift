import Foundation
import SearchSpaces

/// What the trials so far say about one metric of any architecture: a Gaussian process over its
/// decisions, its graph, its costs and its covariates, in standard units.
///
/// Keeps what does not change between two proposals: the model, the Cholesky factor, and the posterior's
/// rows for all points of a space small enough to list. Nothing of it depends on what was asked before:
/// the model is that of a number of first samples, and whatever does not fit the samples at hand is
/// worked out again.
final class MetricSurrogate {
  private let encoder: CandidateEncoder
  /// Another metric whose posterior mean is this one's prior mean.
  private let related: RelatedMetric?
  /// The value below which a trial is worth nothing, if that is known.
  private let reference: Double?

  /// The scale and the hyperparameters that the first samples gave.
  private struct Model {
    let samples: [MetricSample]
    let covariateScale: UnitScale
    let outputScale: OutputScale
    let hyperparameters: [Double]
    /// How much of the related metric is the prior mean.
    let slope: Double
  }

  private var model: Model?
  private var process: GaussianProcess
  private var observed: [Architecture] = []
  private var panel: PosteriorPanel?
  private var whitened: [Double] = []

  /// The trials measured and pending, with the posterior mean of each: what is believed of them,
  /// not what a lucky draw said.
  private(set) var believed: [(candidate: Candidate, mean: Double)] = []
  /// How many of them are measured; those come first.
  private(set) var measuredCount = 0

  /// - Parameter listed: `SearchSession.appraisedEnumeration`.
  init(
    problem: ProposalProblem, listed: [Candidate]?, reference: Double? = nil,
    related: RelatedMetric? = nil
  ) {
    self.reference = reference
    encoder = CandidateEncoder(
      problem: problem, listed: listed,
      constantVariance: related == nil ? 1 : MetricSurrogate.residualMeanVariance)
    self.related = related
    let kernel = encoder.kernel
    process = GaussianProcess(
      kernel: kernel, hyperparameters: Array(repeating: 0, count: kernel.hyperparameterCount + 1))
  }

  /// Takes in the samples, oldest first, and the trials that are pending.
  ///
  /// A pending trial is taken for measured at its posterior mean (the "kriging believer" of
  /// Ginsbourger, Le Riche and Carraro 2010, doi:10.1007/978-3-642-10701-6_6): its surroundings
  /// lose their uncertainty and the next proposal goes elsewhere.
  ///
  /// - Parameter modelled: How many of the first samples scale and hyperparameters are made of.
  func condition(on samples: [MetricSample], modelled: Int, pending: [Candidate]) {
    let model = refitted(Array(samples.prefix(modelled)))
    let scale = model.outputScale
    let floor = exp(model.hyperparameters[encoder.kernel.hyperparameterCount])
    let trials = samples.map(\.candidate) + pending
    let noise =
      samples.map {
        floor + scale.standardizedVariance(standardError: $0.standardError, at: $0.value)
      }
      + pending.map { _ in floor }
    observe(trials, noise: noise, model)
    let prior = priorMeans(of: trials, model)
    whitened = process.whitened(zip(samples, prior).map { scale.standardized($0.value) - $1 })
    let means = zip(process.observedMeans(whitened: whitened), prior).map { $0 + $1 }
    believed = zip(trials, means).map { ($0, $1) }
    measuredCount = samples.count
  }

  /// Takes in all of these samples, thinned where there are too many.
  func condition(on samples: [MetricSample]) {
    let kept = ObservationThinning.kept(
      samples.map { (value: $0.value, cost: $0.appraisal.costs.first ?? 0) },
      most: ObservationThinning.most)
    condition(on: kept.map { samples[$0] }, modelled: kept.count, pending: [])
  }

  /// Returns a value of the metric in standard units.
  func standardized(_ value: Double) -> Double {
    model?.outputScale.standardized(value) ?? value
  }

  /// Returns a number of standard units as a value of the metric.
  func raw(_ standardized: Double) -> Double {
    model?.outputScale.raw(standardized) ?? standardized
  }

  /// Returns a deviation in the metric's own units.
  func rawDeviation(_ standardized: Double) -> Double {
    model?.outputScale.rawDeviation(standardized) ?? standardized
  }

  /// Returns mean and variance of candidates' noiseless metric, in standard units.
  func posterior(of candidates: some Collection<Candidate>) -> PosteriorPanel.Posterior {
    guard let model else { return PosteriorPanel.Posterior(means: [], variances: []) }
    let panel = PosteriorPanel(points: encoder.points(candidates, model.covariateScale))
    return posterior(panel, related?.posterior(of: candidates), model)
  }

  /// Returns mean and variance of all points of a space that is small enough to list, in the order of
  /// `SearchSession.appraisedEnumeration`.
  func posteriorOfEnumeration() -> PosteriorPanel.Posterior {
    guard let model, let points = encoder.enumeratedPoints else {
      return PosteriorPanel.Posterior(means: [], variances: [])
    }
    let panel = self.panel ?? PosteriorPanel(points: points)
    self.panel = panel
    return posterior(panel, related?.posteriorOfEnumeration(), model)
  }
}

extension MetricSurrogate {
  /// Samples that hyperparameters are fitted to at most.
  private static let mostFitted = 300
  /// The variance, in standard units, that is expected of what a related metric leaves open; that of a
  /// correlation of 0.97. The fit corrects it.
  private static let residualVariance = 0.05
  /// The variance of its mean: nearly none, since the scales are aligned.
  private static let residualMeanVariance = 0.01

  private func refitted(_ first: [MetricSample]) -> Model {
    if let model, model.samples == first { return model }
    let said = related?.posterior(of: first.map(\.candidate))
    let prior = said?.means
    let doubt = said.map { $0.variances.reduce(0, +) / Double(max(1, first.count)) } ?? 0
    let outputScale = OutputScale(
      of: first.map(\.value), reference: reference, least: leastBest(of: first),
      alignedWith: prior, priorDoubt: doubt)
    let covariateScale = encoder.covariateScale(first.map(\.candidate))
    let fitted = ObservationThinning.kept(
      first.map { (value: $0.value, cost: $0.appraisal.costs.first ?? 0) },
      most: MetricSurrogate.mostFitted)
    let points = encoder.points(fitted.map { first[$0].candidate }, covariateScale)
    let outputs = fitted.map { outputScale.standardized(first[$0].value) }
    let noise = fitted.map {
      outputScale.standardizedVariance(
        standardError: first[$0].standardError, at: first[$0].value)
    }
    var slope = 0.0
    var residuals = outputs
    if let prior {
      slope = RelatedMetric.slope(outputs: outputs, prior: fitted.map { prior[$0] })
      residuals = zip(outputs, fitted).map { $0 - slope * prior[$1] }
    }
    let fit = HyperparameterFit(
      kernel: encoder.kernel, points: points, outputs: residuals, noise: noise,
      variance: related == nil ? 1 : min(1, MetricSurrogate.residualVariance + doubt))
    let model = Model(
      samples: first, covariateScale: covariateScale, outputScale: outputScale,
      hyperparameters: fit.mode(), slope: slope)
    self.model = model
    process = GaussianProcess(kernel: encoder.kernel, hyperparameters: model.hyperparameters)
    observed = []
    panel?.forget(after: 0)
    return model
  }

  /// Returns the least of the values that are the best within a budget; nil without budgets, and for costs,
  /// which have no reference.
  private func leastBest(of samples: [MetricSample]) -> Double? {
    guard reference != nil else { return nil }
    return (samples.first?.appraisal.budgets.indices ?? 0..<0).compactMap { budget in
      samples.lazy.filter { $0.appraisal.budgets[budget] > 0 && $0.appraisal.isFeasible }
        .map(\.value).max()
    }.min()
  }

  /// Brings the process to these observations, keeping those that are there already.
  private func observe(_ trials: [Candidate], noise: [Double], _ model: Model) {
    var kept = 0
    while kept < min(observed.count, trials.count), observed[kept] == trials[kept].architecture,
      process.noise[kept] == noise[kept]
    {
      kept += 1
    }
    process.forget(after: kept)
    panel?.forget(after: kept)
    observed = trials.map(\.architecture)
    for index in kept..<trials.count {
      process.observe(encoder.row(trials[index], model.covariateScale), noise: noise[index])
    }
  }

  private func priorMeans(of trials: [Candidate], _ model: Model) -> [Double] {
    guard let related else { return trials.map { _ in 0 } }
    return related.posterior(of: trials).means.map { model.slope * $0 }
  }

  /// Returns the posterior of a panel's points, brought up to date; what is not known of the related
  /// metric is not known of this one.
  private func posterior(
    _ panel: PosteriorPanel, _ prior: PosteriorPanel.Posterior?, _ model: Model
  ) -> PosteriorPanel.Posterior {
    panel.update(from: process)
    var posterior = panel.posterior(whitened: whitened, priorVariance: process.priorVariance)
    if let prior {
      for index in posterior.means.indices {
        posterior.means[index] += model.slope * prior.means[index]
        posterior.variances[index] += model.slope * model.slope * prior.variances[index]
      }
    }
    return posterior
  }
}
