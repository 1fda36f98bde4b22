/// What keeps a replay from running.
public enum ReplayError: Error, Hashable, Sendable {
  /// A table does not say what is asked of it. `line` counts from 1, the header being line 1; nil if
  /// the whole file is meant.
  case table(file: String, line: Int?, column: String?, found: String, expected: String)
  /// A constraint that cannot be read or applied.
  case constraint(text: String, problem: String)
  /// The table holds nothing to search for, or the sampler proposed what it may not.
  case search(String)
}

extension ReplayError: CustomStringConvertible {
  /// One line: file, line, column, what was found and what was expected.
  public var description: String {
    switch self {
    case .table(let file, let line, let column, let found, let expected):
      file + (line.map { ":\($0)" } ?? "") + ": " + (column.map { $0 + ": " } ?? "")
        + "got \(found), expected \(expected)"
    case .constraint(let text, let problem): "constraint \"\(text)\": \(problem)"
    case .search(let message): message
    }
  }
}
