import RandomStreams
import SearchSpaces

/// Proposes architectures drawn uniformly, decision by decision.
public struct RandomSampler: Sampler {
  /// Creates the sampler.
  public init() {}

  public func propose(
    in session: SearchSession, history: SearchHistory, trial: Int, seed: UInt64
  ) throws -> Proposal? {
    var random = RandomStream(seed: seed, purpose: "random sampler", trial)
    var search = CandidateSearch(session: session, history: history)
    // Few draws are enough where feasible architectures are not rare.
    for _ in 0..<100 {
      let architecture = session.problem.space.randomArchitecture(using: &random)
      if search.consider(architecture) { return .architecture(architecture) }
    }
    return search.remainingProposal(using: &random)
  }
}
