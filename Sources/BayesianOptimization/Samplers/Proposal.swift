import SearchSpaces

/// What a sampler wants done next.
public enum Proposal: Sendable, Hashable {
  /// Train this architecture: feasible, and not in the history.
  case architecture(Architecture)
  /// No feasible architecture is known or was found; these violate the constraints least, the least
  /// first. Some may be in the history.
  case infeasible(leastInfeasible: [Architecture])
}
