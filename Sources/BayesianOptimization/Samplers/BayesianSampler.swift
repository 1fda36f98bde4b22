import Foundation
import RandomStreams
import SearchSpaces

/// Proposes the architecture that is expected to improve most what the search is for
/// (`SearchObjective`): the front, the best student within each budget, or both.
///
/// The first trials spread over the costs up to the limits (`FirstTrials`). From then on Gaussian processes
/// predict the metric and the measured costs, the other costs are known, and the expected improvement has a
/// closed form in the metric. What is to be improved are the posterior means of the feasible trials, so a
/// lucky measurement does not hide what is near it.
///
/// Where the objective gives no limit of a cost, it is the worst of the feasible measured trials and a tenth
/// of their range beyond; where it gives no floor of the metric, the 10 % quantile of their posterior means.
public struct BayesianSampler: Sampler {
  private let initialTrials: Int

  /// The fewest measurements that a surrogate is fitted to.
  private static let fewestMeasurements = 3

  /// Creates the sampler; the first `initialTrials` trials spread over the costs.
  public init(initialTrials: Int = 3) {
    precondition(initialTrials >= 0, "a number of trials is not negative, got \(initialTrials)")
    self.initialTrials = initialTrials
  }

  /// Returns the proposal for a trial; for the parameters see `Sampler`.
  public func propose(
    in session: SearchSession, history: SearchHistory, trial: Int, seed: UInt64
  ) throws -> Proposal? {
    let observations = history.observations
    let measured = session.measuredTrials(in: observations)
    let tried = observations.count { $0.outcome != .infeasible }
    let isModelled = tried >= initialTrials && measured.count >= BayesianSampler.fewestMeasurements
    if isModelled {
      let improvement = PredictedImprovement(
        session: session, measured: measured, pending: pending(observations, session))
      let best = best(session, improvement, history: history, trial: trial, seed: seed)
      if let best { return .architecture(best.architecture) }
    }
    let count = max(initialTrials, BayesianSampler.fewestMeasurements)
    if !isModelled,
      let first = FirstTrials(session, count: count, seed: seed)
        .next(history: history, tried: tried, trial: trial)
    {
      return .architecture(first)
    }
    // No limit to go by, or no candidate promises any improvement.
    return try QuasiRandomSampler().propose(in: session, history: history, trial: trial, seed: seed)
  }

  private func best(
    _ session: SearchSession, _ improvement: PredictedImprovement, history: SearchHistory,
    trial: Int, seed: UInt64
  ) -> Candidate? {
    if let all = session.appraisedEnumeration {
      let scores = improvement.logValuesOfEnumeration()
      var best: Int?
      for (index, candidate) in all.enumerated()
      where scores[index] > best.map({ scores[$0] }) ?? -.infinity
        && candidate.appraisal.isFeasible && !history.tried.contains(candidate.architecture)
      {
        best = index
      }
      return best.map { all[$0] }
    }
    var pool = CandidatePool(
      search: CandidateSearch(session: session, history: history),
      score: improvement.logValues)
    var random = RandomStream(seed: seed, purpose: "candidate pool", trial)
    return pool.best(
      elite: improvement.elite.map(\.architecture),
      draws: .uniformCandidates(seed: seed), using: &random)
  }

  /// Returns the pending trials that are not measured as well, each once.
  private func pending(_ history: [Observation], _ session: SearchSession) -> [Candidate] {
    var known = Set(history.lazy.filter { $0.outcome != .pending }.map(\.architecture))
    return history.compactMap { observation in
      known.insert(observation.architecture).inserted
        ? session.candidate(observation.architecture) : nil
    }
  }
}
