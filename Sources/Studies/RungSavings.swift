/// What stopping flash trainings at rungs has saved, as the journal tells it.
public struct RungSavings: Hashable, Sendable {
  /// Trials that were stopped.
  public let stopped: Int
  /// Trials of this study that have ended, stopped ones included.
  public let ended: Int
  /// Steps that the stopped trials did not take.
  public let steps: Int
  /// Those steps as a share of what all trials that were measured or stopped would have taken.
  public let share: Double
  /// What those steps would have cost at the pace of the trials themselves, one thread each. Examining
  /// students at rungs costs something too, which is not taken off.
  public let seconds: Double

  /// Adds up the savings; nil if nothing has been stopped, or nothing has run to its end to compare with.
  public init?(_ state: StudyState) {
    let results = state.ownTrials.compactMap(\.result)
    let stopped = results.filter { $0.outcome == .stopped }
    let full = results.lazy.filter { $0.outcome == .measured }.map(\.steps).max()
    guard let full, !stopped.isEmpty else { return nil }
    self.stopped = stopped.count
    ended = results.count
    steps = stopped.reduce(0) { $0 + full - $1.steps }
    let measured = results.count { $0.outcome == .measured }
    share = Double(steps) / Double(full * (measured + stopped.count))
    seconds = stopped.reduce(0) { sum, result in
      sum + result.seconds / Double(max(1, result.steps)) * Double(full - result.steps)
    }
  }
}
