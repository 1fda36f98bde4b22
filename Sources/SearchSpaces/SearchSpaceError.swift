/// Why a search space does not have what it is asked for. What is wrong with its file is a
/// `JSONError`.
public enum SearchSpaceError: Error, Hashable, Sendable {
  /// A key does not name an architecture of the space.
  case invalidKey(space: String, key: String, problem: String)
  /// The blueprint has no network for an architecture on an input of this shape.
  ///
  /// `field` is the path of the element that does not fit, such as `blueprint[3].repeat.body[0]`.
  case unbuildable(file: String, field: String, key: String, problem: String)
}

extension SearchSpaceError: CustomStringConvertible {
  /// One line: the space or its file, the architecture's key, and what is wrong with it.
  public var description: String {
    switch self {
    case .invalidKey(let space, let key, let problem):
      "'\(key)' is not a key of the search space '\(space)': \(problem)"
    case .unbuildable(let file, let field, let key, let problem):
      "\(file): \(field): architecture '\(key)' cannot be built: \(problem)"
    }
  }
}
