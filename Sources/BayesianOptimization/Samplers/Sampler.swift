import SearchSpaces

/// A strategy that proposes the next architecture to train.
///
/// Every conformance keeps this:
/// - A proposal depends on the session's problem, the history, the trial number and the seed only: the
///   same four give the same proposal, bit for bit, whatever the session remembers.
/// - It is feasible and not in the history, whatever became of the trial there. Of repeated, failed
///   and pending entries it makes the best it can.
/// - A space of at most 20,000 architectures is proposed to the last feasible one. In a larger
///   one, the search for a feasible architecture is given up after 4,000 appraisals.
public protocol Sampler: Sendable {
  /// Returns the proposal for a trial, or nil if nothing untried is left to propose.
  ///
  /// - Parameters:
  ///   - session: The search that the proposal is for.
  ///   - history: All trials so far, oldest first.
  ///   - trial: The number of the trial, not negative.
  ///   - seed: The seed of the study.
  func propose(
    in session: SearchSession, history: SearchHistory, trial: Int, seed: UInt64
  ) throws -> Proposal?
}

extension Sampler {
  /// Returns the proposal for a trial after trials of which everything is known; otherwise as `propose` of a
  /// `SearchHistory`.
  public func propose(
    in session: SearchSession, history: [Observation], trial: Int, seed: UInt64
  ) throws -> Proposal? {
    try propose(in: session, history: SearchHistory(history), trial: trial, seed: seed)
  }
}
