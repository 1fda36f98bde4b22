import SearchSpaces

/// The trials of a search so far, oldest first, as samplers see them.
///
/// Which architectures were tried is known at once. What became of a trial is worked out when a sampler asks:
/// most samplers look at a few of many trials, and a proposal must not take longer for every trial before it.
public struct SearchHistory {
  /// The architecture of each trial; one may be there several times.
  public let architectures: [Architecture]
  /// All of them, each once.
  public let tried: Set<Architecture>

  private let outcome: (Int) -> Observation.Outcome

  /// Creates a history of which a search already knows what was tried.
  ///
  /// - Parameters:
  ///   - architectures: In the order of the trials.
  ///   - tried: The same, each once.
  ///   - outcome: Returns what became of a trial, given its index in `architectures`; always the same.
  public init(
    architectures: [Architecture], tried: Set<Architecture>,
    outcome: @escaping (Int) -> Observation.Outcome
  ) {
    (self.architectures, self.tried, self.outcome) = (architectures, tried, outcome)
  }

  /// Creates a history of trials of which everything is known.
  public init(_ observations: [Observation]) {
    let architectures = observations.map(\.architecture)
    self.init(architectures: architectures, tried: Set(architectures)) { observations[$0].outcome }
  }

  /// The number of trials.
  public var count: Int { architectures.count }

  /// Returns a trial.
  public func observation(_ index: Int) -> Observation {
    Observation(architecture: architectures[index], outcome: outcome(index))
  }

  /// All trials.
  public var observations: [Observation] { architectures.indices.map(observation) }

  /// Returns whether at least so many trials were not found infeasible; looks at no more trials than it must.
  func hasTried(_ count: Int) -> Bool {
    var found = 0
    for index in architectures.indices {
      if found == count { break }
      if outcome(index) != .infeasible { found += 1 }
    }
    return found >= count
  }
}
