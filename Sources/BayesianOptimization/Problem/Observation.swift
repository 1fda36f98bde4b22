import SearchSpaces

/// One finished or pending trial as a sampler sees it.
///
/// Known costs are not part of it: the problem gives them for every architecture, exactly.
public struct Observation: Sendable, Hashable {
  /// What became of a trial.
  public enum Outcome: Sendable, Hashable {
    /// The metric to maximise, with its standard error (0 if there is none), and the problem's
    /// measured costs, in the order of `measuredCostNames`. A value or cost that is not finite
    /// counts as `failed`.
    case measured(value: Double, standardError: Double, costs: [Double] = [])
    /// The training diverged or its worker died. Never proposed again, and no news for the
    /// surrogate.
    case failed
    /// It violates a hard constraint and was not trained.
    case infeasible
    /// It is being trained.
    case pending
  }

  /// The architecture tried.
  public let architecture: Architecture
  /// What became of it.
  public let outcome: Outcome

  /// Creates an observation.
  public init(architecture: Architecture, outcome: Outcome) {
    self.architecture = architecture
    self.outcome = outcome
  }
}
