/// What is wrong with a JSON file.
public enum JSONError: Error, Hashable, Sendable {
  /// The file cannot be read at all.
  case unreadable(file: String, reason: String)
  /// The file is not JSON, or cut short; `line` and `column` count from 1, columns in characters.
  case malformed(file: String, line: Int, column: Int, problem: String)
  /// The file is JSON, but one field does not say what the format asks for.
  ///
  /// `field` is the path of the field, such as `memory.levels[1].capacity_bytes`; it is empty when
  /// the whole file is meant.
  case invalid(file: String, field: String, value: String, expected: String)
}

extension JSONError: CustomStringConvertible {
  /// One line: file, place, value, and what was expected.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file): cannot be read: \(reason)"
    case .malformed(let file, let line, let column, let problem):
      "\(file):\(line):\(column): not valid JSON: \(problem.shortened)"
    case .invalid(let file, let field, let value, let expected):
      "\(file): \(field.isEmpty ? "the file" : field.shortened): got \(value.shortened), "
        + "expected \(expected.shortened)"
    }
  }

  /// Returns names in quotes, separated by commas, as messages list them.
  public static func list(_ names: [String]) -> String {
    names.map { "\"\($0)\"" }.joined(separator: ", ")
  }
}
