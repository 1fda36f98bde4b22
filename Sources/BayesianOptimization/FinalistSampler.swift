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
  /// With fewer full results the two metrics cannot be put into one unit.
  private static let fewestResults = 3
  private static let referenceQuantile = 0.02

  /// Creates the sampler.
  public init() {}

  /// Returns the student to train next, or nil if all that may be are trained.
  ///
  /// - Parameters:
  ///   - problem: What to search. Its reference is that of the cheap metric; where it gives no value,
  ///     the 2 % quantile of the cheap trials' posterior means.
  ///   - flash: The cheap trials, oldest first.
  ///   - full: What has been trained so far, and what is being trained, oldest first.
  public func propose(
    _ problem: ProposalProblem, flash: [Observation], full: [Observation]
  ) -> Architecture? {
    let trained = Set(full.map(\.architecture))
    var met: Set<Architecture> = []
    let flashTrials = MeasuredTrial.all(in: flash, of: problem).filter {
      met.insert($0.architecture).inserted && $0.isFeasible(problem)
    }
    let candidates = flashTrials.filter { !trained.contains($0.architecture) }
    guard !candidates.isEmpty else { return nil }
    let trials = Dictionary(uniqueKeysWithValues: flashTrials.map { ($0.architecture, $0) })
    guard
      let related = problem.relatedMetric(
        MetricSample.all(of: flashTrials, metric: 0, problem), reference: problem.reference.value)
    else { return nil }

    var samples = MetricSample.values(in: full, of: problem)
    var pending = full.filter { $0.outcome == .pending }.map(\.architecture)
    if samples.count < FinalistSampler.fewestResults {
      pending = samples.map(\.architecture) + pending
      samples = []
    }
    let surrogate = MetricSurrogate(problem: problem, related: related)
    surrogate.condition(
      on: samples, modelled: samples.count,
      pending: pending.compactMap {
        let appraisal = problem.appraisal(of: $0)
        return appraisal.isUsable ? Candidate(architecture: $0, appraisal: appraisal) : nil
      })
    let front = surrogate.believed.compactMap { believed in
      trials[believed.candidate.architecture].map {
        (value: believed.mean, costs: $0.scaledCosts(problem))
      }
    }
    let acquisition = ExpectedHypervolumeImprovement(
      front: front,
      referenceValue: problem.reference.value.map(related.standardized)
        ?? quantile(
          related.posterior(of: flashTrials.map(\.candidate)).means.sorted(),
          probability: FinalistSampler.referenceQuantile),
      referenceCosts: referenceCosts(problem, flashTrials))
    let posterior = surrogate.posterior(of: candidates.map(\.candidate))
    var best: (index: Int, score: Double)?
    for (index, candidate) in candidates.enumerated() {
      let score =
        log(candidate.appraisal.feasibility)
        + acquisition.logValue(
          mean: posterior.means[index], deviation: posterior.variances[index].squareRoot(),
          costs: candidate.scaledCosts(problem))
      if score > best?.score ?? -.infinity { best = (index, score) }
    }
    // Nothing promises an improvement: the one of the highest mean.
    let fallback = posterior.means.indices.max { posterior.means[$0] < posterior.means[$1] }
    return (best?.index ?? fallback).map { candidates[$0].architecture }
  }

  private func referenceCosts(_ problem: ProposalProblem, _ flash: [MeasuredTrial]) -> [Double] {
    let costs = flash.map { $0.scaledCosts(problem) }
    return problem.reference.costs.enumerated().map { index, given in
      PredictedImprovement.referenceCost(
        given.map(problem.costScale.scaled), among: costs.map { $0[index] })
    }
  }
}
