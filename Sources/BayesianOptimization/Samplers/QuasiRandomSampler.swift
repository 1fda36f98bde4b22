import RandomStreams
import SearchSpaces
import Statistics

/// Proposes the points of a scrambled Halton sequence that are feasible and untried, in order.
public struct QuasiRandomSampler: Sampler {
  /// Creates the sampler.
  public init() {}

  public func propose(
    in session: SearchSession, history: SearchHistory, trial: Int, seed: UInt64
  ) throws -> Proposal? {
    let sequence = HaltonSequence(dimension: session.problem.space.parameters.count, seed: seed)
    var search = CandidateSearch(session: session, history: history)
    // Points already tried come first, so the further the search, the longer the way.
    let effort = min(2000 + history.count, 8 * Int(min(1e6, session.problem.space.pointCount)))
    for index in 0..<effort where search.budget > 2000 {
      let architecture = session.problem.space.architecture(atUnitPoint: sequence.point(index))
      if search.consider(architecture) { return .architecture(architecture) }
    }
    var random = RandomStream(seed: seed, purpose: "quasi-random sampler", trial)
    return search.remainingProposal(using: &random)
  }
}
