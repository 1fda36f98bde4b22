import Foundation
import SearchSpaces
import Statistics

/// Chooses, one after the other, which of the students scored cheaply get the full training.
///
/// What is to be improved is the front of the *full* metric. Its prior mean is what the surrogate of
/// the cheap metric says (`RelatedMetric`), and the full results that are there already show how far
/// that can be believed, and where. Until three are there, their units are unknown and the choice is
/// that of the cheap metric's posterior. The reference is the cheap metric's, in whose units the full
/// results are read: beyond the trained students, nothing says where the full metric's own would lie.
///
/// Costs, measured ones too, are known from the cheap trials. Proposals depend on the arguments alone.
public struct FinalistSampler: Sendable {
  /// Creates the sampler.
  public init() {}

  /// Returns the student to train next, or nil if all that may be are trained.
  ///
  /// - Parameters:
  ///   - session: The search that found the students. The floor of its objective is that of the cheap
  ///     metric; where it gives none, the 2 % quantile of the cheap trials' posterior means.
  ///   - flash: The cheap trials, oldest first.
  ///   - full: What has been trained so far, and what is being trained, oldest first.
  public func propose(
    in session: SearchSession, flash: [Observation], full: [Observation]
  ) -> Architecture? {
    FinalistBelief(session, flash: flash, full: full)?.next
  }

  /// Returns for each budget of the objective the student that is most likely its best, trained or not: that
  /// of the highest posterior mean among those that keep it; nil where none does.
  ///
  /// For the parameters see `propose`.
  public func favourites(
    in session: SearchSession, flash: [Observation], full: [Observation]
  ) -> [Architecture?] {
    FinalistBelief(session, flash: flash, full: full)?.favourites
      ?? Array(repeating: nil, count: session.problem.objective.budgetCount)
  }
}

/// What the cheap trials and the full results say of the students that may be trained fully.
private struct FinalistBelief {
  private let problem: ProposalProblem
  /// The cheap trials that may be trained, each once.
  private let trials: [MeasuredTrial]
  private let isTrained: [Bool]
  private let posterior: PosteriorPanel.Posterior
  private let improvement: ObjectiveImprovement

  /// With fewer full results the two metrics cannot be put into one unit.
  private static let fewestResults = 3
  private static let floorQuantile = 0.02
  /// Of more cheap trials those are weighed that a model would be made of: the front, the best of each band of
  /// costs, and an even selection of the others.
  private static let mostWeighed = 4000

  /// Nil without a trial that may be trained.
  init?(_ session: SearchSession, flash: [Observation], full: [Observation]) {
    let problem = session.problem
    self.problem = problem
    let trained = Set(full.map(\.architecture))
    var met: Set<Architecture> = []
    let all = session.measuredTrials(in: flash).filter {
      met.insert($0.architecture).inserted && $0.isFeasible(problem)
    }
    // The posterior takes time and memory for each of them.
    let weighed = Set(
      ObservationThinning.kept(
        all.map { ($0.value, $0.appraisal.costs.first ?? $0.measuredCosts.first ?? 0) },
        most: FinalistBelief.mostWeighed))
    let trials = all.indices.filter {
      weighed.contains($0) || trained.contains(all[$0].architecture)
    }.map { all[$0] }
    let byArchitecture = Dictionary(uniqueKeysWithValues: trials.map { ($0.architecture, $0) })
    guard
      let related = session.relatedMetric(
        trials.map { $0.sample(ofMetric: 0, problem) }, reference: problem.objective.floor)
    else { return nil }

    var samples = session.samples(in: full)
    var pending = full.filter { $0.outcome == .pending }.map(\.architecture)
    if samples.count < FinalistBelief.fewestResults {
      pending = samples.map(\.architecture) + pending
      samples = []
    }
    let surrogate = MetricSurrogate(
      problem: problem, listed: session.appraisedEnumeration, related: related)
    surrogate.condition(
      on: samples, modelled: samples.count,
      pending: pending.compactMap(session.candidate))
    let known = surrogate.believed.compactMap { believed in
      byArchitecture[believed.candidate.architecture].map {
        ObjectiveImprovement.Point(
          value: believed.mean, costs: $0.scaledCosts(problem), budgets: $0.appraisal.budgets)
      }
    }
    let expected = related.posterior(of: trials.map(\.candidate)).means.sorted()
    improvement = ObjectiveImprovement(
      problem.objective, points: known,
      floor: problem.objective.floor.map(related.standardized)
        ?? quantile(expected, probability: FinalistBelief.floorQuantile),
      budgetFloor: problem.objective.budgetFloor.map(related.standardized)
        ?? ObjectiveImprovement.budgetFloor(below: expected[0]),
      limits: PredictedImprovement.limits(
        problem, among: trials.map { $0.scaledCosts(problem) }))
    posterior = surrogate.posterior(of: trials.map(\.candidate))
    self.trials = trials
    isTrained = trials.map { trained.contains($0.architecture) }
  }

  /// The untrained student that promises most; if none promises anything, that of the highest mean.
  var next: Architecture? {
    let open = trials.indices.filter { !isTrained[$0] }
    var best: (index: Int, score: Double)?
    for index in open {
      let score = improvement.logValue(
        mean: posterior.means[index], deviation: posterior.variances[index].squareRoot(),
        costs: trials[index].scaledCosts(problem), trials[index].appraisal)
      if score > best?.score ?? -.infinity { best = (index, score) }
    }
    let fallback = open.max { posterior.means[$0] < posterior.means[$1] }
    return (best?.index ?? fallback).map { trials[$0].architecture }
  }

  var favourites: [Architecture?] {
    (0..<problem.objective.budgetCount).map { budget in
      trials.indices.filter { trials[$0].appraisal.budgets[budget] > 0 }
        .max { posterior.means[$0] < posterior.means[$1] }.map { trials[$0].architecture }
    }
  }
}
