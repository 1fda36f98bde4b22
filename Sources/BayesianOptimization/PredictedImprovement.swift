import Foundation
import SearchSpaces
import Statistics

/// What training a candidate promises, by all that is known: the expected hypervolume improvement over
/// the front that the surrogates believe in, times the probability that the candidate is feasible.
///
/// The improvement is exact in the metric and in the known costs. Over measured costs it is a mean: by
/// Gauss–Hermite quadrature over one of them, over fixed quasi-random draws for several.
struct PredictedImprovement {
  private let problem: ProposalProblem
  private let surrogates: [MetricSurrogate]
  private let acquisition: ExpectedHypervolumeImprovement
  private let costDraws: CostDraws
  /// The candidates on the believed front.
  let elite: [Candidate]

  private static let costMargin = 0.1
  private static let referenceQuantile = 0.1

  init(problem: ProposalProblem, measured: [MeasuredTrial], pending: [Candidate]) {
    self.problem = problem
    let surrogates = problem.surrogates
    self.surrogates = surrogates
    let (trials, modelled) = ObservationThinning.thinned(measured)
    for (metric, surrogate) in surrogates.enumerated() {
      surrogate.condition(
        on: MetricSample.all(of: trials, metric: metric, problem), modelled: modelled,
        pending: pending)
    }
    costDraws = CostDraws(dimension: problem.measuredCostNames.count)

    // Each believed trial as the metric and all costs, in the units of the acquisition.
    let believed = surrogates[0].believed.enumerated().map { index, trial in
      (
        candidate: trial.candidate, value: trial.mean,
        costs: problem.scaled(trial.candidate.appraisal.costs)
          + surrogates.dropFirst().map { $0.raw($0.believed[index].mean) }
      )
    }
    let knownCount = problem.costNames.count
    let limits = problem.measuredLimits.map { $0.map(problem.costScale.scaled) ?? .infinity }
    let feasible = believed.enumerated().filter { _, trial in
      trial.candidate.appraisal.isFeasible
        && zip(trial.costs.dropFirst(knownCount), limits).allSatisfy { $0 <= $1 }
    }
    let points = feasible.map { (value: $0.element.value, costs: $0.element.costs) }

    let measuredFeasible = feasible.filter { $0.offset < surrogates[0].measuredCount }
    let known =
      measuredFeasible.isEmpty
      ? Array(believed.prefix(surrogates[0].measuredCount)) : measuredFeasible.map(\.element)
    let referenceCosts = problem.reference.costs.enumerated().map { index, given in
      PredictedImprovement.referenceCost(
        given.map(problem.costScale.scaled), among: known.map { $0.costs[index] })
    }
    let referenceValue =
      problem.reference.value.map(surrogates[0].standardized)
      ?? quantile(
        known.map(\.value).sorted(), probability: PredictedImprovement.referenceQuantile)
    let front = nonDominatedIndices(of: points.map { [$0.value] + $0.costs.map(-) })
    acquisition = ExpectedHypervolumeImprovement(
      front: front.map { points[$0] }, referenceValue: referenceValue,
      referenceCosts: referenceCosts)
    elite = front.map { feasible[$0].element.candidate }
  }

  /// Returns the reference of a cost: the given one, else a tenth of their range beyond the worst of
  /// the known ones.
  static func referenceCost(_ given: Double?, among known: [Double]) -> Double {
    if let given { return given }
    let (low, high) = (known.min() ?? 0, known.max() ?? 0)
    return high + costMargin * (high > low ? high - low : max(1, abs(high)))
  }

  /// Returns the logarithm of what each candidate promises.
  func logValues(of candidates: ArraySlice<Candidate>) -> [Double] {
    logValues(of: candidates, surrogates.map { $0.posterior(of: candidates) })
  }

  /// Returns the logarithm of what each point of `ProposalProblem.appraisedEnumeration` promises.
  func logValuesOfEnumeration() -> [Double] {
    guard let all = problem.appraisedEnumeration else { return [] }
    return logValues(of: all[...], surrogates.map { $0.posteriorOfEnumeration() })
  }

  private func logValues(
    of candidates: ArraySlice<Candidate>, _ posteriors: [PosteriorPanel.Posterior]
  ) -> [Double] {
    candidates.enumerated().map { index, candidate in
      let appraisal = candidate.appraisal
      guard appraisal.feasibility > 0 else { return -.infinity }
      let mean = posteriors[0].means[index]
      let deviation = posteriors[0].variances[index].squareRoot()
      let known = problem.scaled(appraisal.costs)
      if posteriors.count == 1 {
        return log(appraisal.feasibility)
          + acquisition.logValue(mean: mean, deviation: deviation, costs: known)
      }
      var logFeasibility = log(appraisal.feasibility)
      var costs: [(mean: Double, deviation: Double)] = []
      for (metric, surrogate) in surrogates.enumerated().dropFirst() {
        let cost = surrogate.raw(posteriors[metric].means[index])
        let doubt = surrogate.rawDeviation(posteriors[metric].variances[index].squareRoot())
        costs.append((cost, doubt))
        if let limit = problem.measuredLimits[metric - 1] {
          let distance = problem.costScale.scaled(limit) - cost
          logFeasibility +=
            doubt > 0
            ? NormalDistribution.logCumulative(distance / doubt) : (distance >= 0 ? 0 : -.infinity)
        }
      }
      return logFeasibility
        + costDraws.logMean { draw in
          acquisition.logValue(
            mean: mean, deviation: deviation,
            costs: known + zip(costs, draw).map { $0.mean + $0.deviation * $1 })
        }
    }
  }
}
