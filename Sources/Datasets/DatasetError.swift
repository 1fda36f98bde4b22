import FileFormats

/// What went wrong with a data set: a definition that does not fit the data, a missing file, or what
/// a file holds. What is wrong with the JSON of a definition is a `JSONError`.
public enum DatasetError: Error, Hashable, Sendable {
  /// A field of the definition does not fit the data.
  case invalidField(field: String, found: String, expected: String)
  /// None of the files looked for is there.
  case missingFile(lookedFor: [String], suggestion: String?)
  /// A file was read, but what it holds is no part of a data set.
  case invalidData(file: String, location: String, found: String, expected: String)
}

extension DatasetError: CustomStringConvertible {
  /// One line: the field or file, what was found, what was expected, what to do.
  public var description: String {
    switch self {
    case .invalidField(let field, let found, let expected):
      "\(field): found \(found.shortened), expected \(expected)"
    case .missingFile(let lookedFor, let suggestion):
      "no such data file; looked for \(lookedFor.joined(separator: " and "))"
        + (suggestion.map { "; \($0)" } ?? "")
    case .invalidData(let file, let location, let found, let expected):
      "\(file): \(location): found \(found.shortened), expected \(expected)"
    }
  }
}
