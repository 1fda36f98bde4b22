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
    let measured = results.filter { $0.outcome == .measured }
    // The steps of a whole training, by its flash fraction.
    let full = Dictionary(measured.map { ($0.fraction, $0.steps) }, uniquingKeysWith: max)
    let saved = stopped.map { result in
      max(0, (full[result.fraction] ?? result.steps) - result.steps)
    }
    guard !measured.isEmpty, !stopped.isEmpty else { return nil }
    self.stopped = stopped.count
    ended = results.count
    steps = saved.reduce(0, +)
    let taken = (measured + stopped).reduce(0) { $0 + (full[$1.fraction] ?? $1.steps) }
    share = Double(steps) / Double(max(1, taken))
    seconds = zip(stopped, saved).reduce(0) { sum, pair in
      sum + pair.0.seconds / Double(max(1, pair.0.steps)) * Double(pair.1)
    }
  }
}
