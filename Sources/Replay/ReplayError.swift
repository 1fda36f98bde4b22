/// What keeps a replay from running.
public enum ReplayError: Error, Hashable, Sendable {
  /// A constraint that cannot be read or applied.
  case constraint(text: String, problem: String)
  /// The table holds nothing to search for, or the sampler proposed what it may not.
  case search(String)
}

extension ReplayError: CustomStringConvertible {
  /// One line.
  public var description: String {
    switch self {
    case .constraint(let text, let problem): "constraint \"\(text)\": \(problem)"
    case .search(let message): message
    }
  }
}
