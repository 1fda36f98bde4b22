/// What is wrong with a search space file, a key, or an architecture that cannot be built.
public enum SearchSpaceError: Error, Hashable, Sendable {
  /// The file cannot be read at all.
  case unreadable(file: String, reason: String)
  /// The file is not JSON; `line` and `column` count from 1.
  case malformed(file: String, line: Int, column: Int, problem: String)
  /// The file is JSON, but one field does not say what the format asks for.
  ///
  /// `field` is the path of the field, such as `blueprint[3].repeat.body[0].convolution.kernel`;
  /// it is empty when the whole file is meant.
  case invalid(file: String, field: String, value: String, expected: String)
  /// A key does not name an architecture of the space.
  case invalidKey(space: String, key: String, problem: String)
  /// The blueprint has no network for an architecture on an input of this shape.
  case unbuildable(file: String, field: String, key: String, problem: String)
}

extension SearchSpaceError: CustomStringConvertible {
  /// One line: file, field, value, and what was expected.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file): cannot be read: \(reason)"
    case .malformed(let file, let line, let column, let problem):
      "\(file):\(line):\(column): not valid JSON: \(problem)"
    case .invalid(let file, let field, let value, let expected):
      "\(file): \(field.isEmpty ? "the file" : field): got \(value), expected \(expected)"
    case .invalidKey(let space, let key, let problem):
      "'\(key)' is not a key of the search space '\(space)': \(problem)"
    case .unbuildable(let file, let field, let key, let problem):
      "\(file): \(field): architecture '\(key)' cannot be built: \(problem)"
    }
  }
}
