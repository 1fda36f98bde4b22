import Foundation
import ParetoFronts
import SearchSpaces
import Statistics

/// What training a candidate promises, by all that is known: the expected improvement of what the search
/// is for (`ObjectiveImprovement`) over the trials as the surrogates believe in them.
///
/// The improvement is exact in the metric and in the known costs. Over measured costs it is a mean: by
/// Gauss–Hermite quadrature over one of them, over fixed quasi-random draws for several.
struct PredictedImprovement {
  private let session: SearchSession
  private let improvement: ObjectiveImprovement
  private let costDraws: CostDraws
  /// The candidates on the believed front, and those that are the best of a budget.
  let elite: [Candidate]

  private static let costMargin = 0.1
  private static let floorQuantile = 0.1

  init(session: SearchSession, measured: [MeasuredTrial], pending: [Candidate]) {
    self.session = session
    let (problem, surrogates) = (session.problem, session.surrogates)
    let (trials, modelled) = ObservationThinning.thinned(measured)
    for (metric, surrogate) in surrogates.enumerated() {
      surrogate.condition(
        on: trials.map { $0.sample(ofMetric: metric, problem) }, modelled: modelled,
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
    let limits = problem.measuredLimits.enumerated().map { index, limit in
      limit.map(problem.measuredAxis(index).scaled) ?? .infinity
    }
    let feasible = believed.enumerated().filter { _, trial in
      trial.candidate.appraisal.isFeasible
        && zip(trial.costs.dropFirst(knownCount), limits).allSatisfy { $0 <= $1 }
    }
    let points = feasible.map {
      ObjectiveImprovement.Point(
        value: $0.element.value, costs: $0.element.costs,
        budgets: $0.element.candidate.appraisal.budgets)
    }

    let measuredFeasible = feasible.filter { $0.offset < surrogates[0].measuredCount }
    let known =
      measuredFeasible.isEmpty
      ? Array(believed.prefix(surrogates[0].measuredCount)) : measuredFeasible.map(\.element)
    let floor =
      problem.objective.floor.map(surrogates[0].standardized)
      ?? quantile(
        known.map(\.value).sorted(), probability: PredictedImprovement.floorQuantile)
    let budgetFloor =
      problem.objective.budgetFloor.map(surrogates[0].standardized)
      ?? ObjectiveImprovement.budgetFloor(below: believed.lazy.map(\.value).min() ?? floor)
    improvement = ObjectiveImprovement(
      problem.objective, points: points, floor: floor, budgetFloor: budgetFloor,
      limits: PredictedImprovement.limits(problem, among: known.map(\.costs)))
    let front = nonDominatedIndices(of: points.map { [$0.value] + $0.costs.map(-) })
    let winners = improvement.budgetWinners.filter { !front.contains($0) }
    elite = (front + winners).map { feasible[$0].element.candidate }
  }

  /// Returns the place on each axis from which on a student is worth nothing: the axis's limit, else a tenth
  /// of their range beyond the worst of the known costs.
  static func limits(_ problem: ProposalProblem, among known: [[Double]]) -> [Double] {
    problem.objective.axes.enumerated().map { index, axis in
      if let limit = axis.limit { return axis.scaled(limit) }
      let costs = known.map { $0[index] }
      let (low, high) = (costs.min() ?? 0, costs.max() ?? 0)
      return high + costMargin * (high > low ? high - low : max(1, abs(high)))
    }
  }

  /// Returns the logarithm of what each candidate promises.
  func logValues(of candidates: ArraySlice<Candidate>) -> [Double] {
    logValues(of: candidates, session.surrogates.map { $0.posterior(of: candidates) })
  }

  /// Returns the logarithm of what each point of `SearchSession.appraisedEnumeration` promises.
  func logValuesOfEnumeration() -> [Double] {
    guard let all = session.appraisedEnumeration else { return [] }
    return logValues(of: all[...], session.surrogates.map { $0.posteriorOfEnumeration() })
  }

  private func logValues(
    of candidates: ArraySlice<Candidate>, _ posteriors: [PosteriorPanel.Posterior]
  ) -> [Double] {
    let (problem, surrogates) = (session.problem, session.surrogates)
    return candidates.enumerated().map { index, candidate in
      let appraisal = candidate.appraisal
      guard appraisal.feasibility > 0 else { return -.infinity }
      let mean = posteriors[0].means[index]
      let deviation = posteriors[0].variances[index].squareRoot()
      let known = problem.scaled(appraisal.costs)
      if posteriors.count == 1 {
        return improvement.logValue(mean: mean, deviation: deviation, costs: known, appraisal)
      }
      var logFeasibility = 0.0
      var costs: [(mean: Double, deviation: Double)] = []
      for (metric, surrogate) in surrogates.enumerated().dropFirst() {
        let cost = surrogate.raw(posteriors[metric].means[index])
        let doubt = surrogate.rawDeviation(posteriors[metric].variances[index].squareRoot())
        costs.append((cost, doubt))
        if let limit = problem.measuredLimits[metric - 1] {
          let distance = problem.measuredAxis(metric - 1).scaled(limit) - cost
          logFeasibility +=
            doubt > 0
            ? NormalDistribution.logCumulative(distance / doubt) : (distance >= 0 ? 0 : -.infinity)
        }
      }
      return logFeasibility
        + costDraws.logMean { draw in
          improvement.logValue(
            mean: mean, deviation: deviation,
            costs: known + zip(costs, draw).map { $0.mean + $0.deviation * $1 }, appraisal)
        }
    }
  }
}
