import Foundation
import SearchSpaces
import TensorKernels

/// Proposes the architecture with the largest expected hypervolume improvement.
///
/// The first trials fill the space evenly. From then on a Gaussian process predicts the metric,
/// the costs are known, and the expected improvement has a closed form. What is to be improved is
/// the front of the posterior means of the feasible trials, so a lucky measurement does not hide
/// what is near it.
///
/// The reference point, where the problem gives none: for each cost the worst of the feasible
/// measured trials and a tenth of their range beyond; for the metric the 10 % quantile of their
/// posterior means.
public struct BayesianSampler: Sampler {
  private let initialTrials: Int

  /// The fewest measurements that a surrogate is fitted to.
  private static let fewestMeasurements = 3
  private static let costMargin = 0.1
  private static let referenceQuantile = 0.1

  /// Creates the sampler; the first `initialTrials` trials are quasi-random.
  public init(initialTrials: Int = 10) {
    precondition(initialTrials >= 0, "a number of trials is not negative, got \(initialTrials)")
    self.initialTrials = initialTrials
  }

  /// Returns the proposal for a trial; for the parameters see `Sampler`.
  ///
  /// - Throws: `NotPositiveDefinite` if no surrogate can be fitted.
  public func propose(
    _ problem: ProposalProblem, history: [Observation], trial: Int, seed: UInt64
  ) throws -> Proposal? {
    let measured = MeasuredTrial.all(in: history, of: problem)
    let tried = history.count { $0.outcome != .infeasible }
    if tried >= initialTrials && measured.count >= BayesianSampler.fewestMeasurements {
      let surrogate = try AccuracySurrogate(
        problem: problem, measured: measured, pending: pending(history, problem))
      let best = best(problem, surrogate, history: history, trial: trial, seed: seed)
      if let best { return .architecture(best.architecture) }
    }
    // Too few trials to model, or no candidate promises any improvement.
    return try QuasiRandomSampler().propose(problem, history: history, trial: trial, seed: seed)
  }

  private func best(
    _ problem: ProposalProblem, _ surrogate: AccuracySurrogate, history: [Observation], trial: Int,
    seed: UInt64
  ) -> Candidate? {
    let feasible = surrogate.believed.filter { $0.candidate.appraisal.isFeasible }
    let points = feasible.map {
      (value: $0.mean, costs: problem.scaled($0.candidate.appraisal.costs))
    }
    let reference = self.reference(problem, surrogate)
    let acquisition = ExpectedHypervolumeImprovement(
      front: points, referenceValue: reference.value, referenceCosts: reference.costs)
    let elite = nonDominatedIndices(of: points.map { [$0.value] + $0.costs.map(-) })
    var pool = CandidatePool(search: CandidateSearch(problem: problem, history: history)) { new in
      let posterior = surrogate.posterior(of: new)
      return new.enumerated().map { index, candidate in
        acquisition.logValue(
          mean: posterior.means[index], deviation: posterior.variances[index].squareRoot(),
          costs: problem.scaled(candidate.appraisal.costs))
      }
    }
    var random = RandomStream(seed: seed, purpose: "candidate pool", trial)
    return pool.best(elite: elite.map { feasible[$0].candidate.architecture }, using: &random)
  }

  /// Returns the pending trials that are not measured as well, each once.
  private func pending(_ history: [Observation], _ problem: ProposalProblem) -> [Candidate] {
    var known = Set(history.lazy.filter { $0.outcome != .pending }.map(\.architecture))
    return history.compactMap { observation in
      guard known.insert(observation.architecture).inserted else { return nil }
      let appraisal = problem.appraisal(of: observation.architecture)
      guard appraisal.isUsable else { return nil }
      return Candidate(architecture: observation.architecture, appraisal: appraisal)
    }
  }

  /// Returns the reference point, the value in the surrogate's units and the costs scaled.
  private func reference(
    _ problem: ProposalProblem, _ surrogate: AccuracySurrogate
  ) -> (value: Double, costs: [Double]) {
    let measured = surrogate.believed.prefix(surrogate.measuredCount)
    let feasible = measured.filter { $0.candidate.appraisal.isFeasible }
    let known = feasible.isEmpty ? Array(measured) : feasible
    let costs = known.map { problem.scaled($0.candidate.appraisal.costs) }
    let referenceCosts = problem.costNames.indices.map { index in
      if let given = problem.reference.costs[index] { return problem.costScale.scaled(given) }
      let column = costs.map { $0[index] }
      let (low, high) = (column.min() ?? 0, column.max() ?? 0)
      return high + BayesianSampler.costMargin * (high > low ? high - low : max(1, abs(high)))
    }
    let value = problem.reference.value.map(surrogate.standardized)
    return (
      value
        ?? quantile(known.map(\.mean).sorted(), probability: BayesianSampler.referenceQuantile),
      referenceCosts
    )
  }
}
