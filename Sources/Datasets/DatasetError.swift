import FileFormats

/// What went wrong with a data set: a definition that does not fit the data, a missing file, or what
/// a file holds. What is wrong with the JSON of a definition is a `JSONError`.
public enum DatasetError: Error, Hashable, Sendable {
  /// A field of the definition does not fit the data.
  case invalidField(field: String, found: String, expected: String)
  /// None of the files looked for is there; `field` names them or their folder, in the definition or as an option.
  case missingFile(field: String, lookedFor: [String], suggestion: String?)
  /// A file was read, but what it holds is no part of a data set.
  case invalidData(file: String, location: String, found: String, expected: String)
  /// Pictures cannot be read: what is wrong with the first of them, and the names of the others, or of some of them.
  case invalidPictures(first: String, others: [String], isComplete: Bool)
}

extension DatasetError {
  /// Calls `body`, and has an error about a field name the file that the field stands in, as other errors about it do.
  ///
  /// - Throws: `JSONError` in place of `invalidField`; `missingFile` with the file's name before the field; otherwise
  ///   what `body` throws.
  public static func naming<Result>(
    _ file: String, _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch DatasetError.invalidField(let field, let found, let expected) {
      throw JSONError.invalid(file: file, field: field, value: found, expected: expected)
    } catch DatasetError.missingFile(let field, let lookedFor, let suggestion) {
      throw DatasetError.missingFile(
        field: "\(file): \(field)", lookedFor: lookedFor, suggestion: suggestion)
    }
  }
}

extension DatasetError {
  /// Calls `body`, and has an error about a missing file name the option that says where it is, where one does.
  ///
  /// - Parameter option: Such as `--data`; nil if it was not given.
  /// - Throws: What `body` throws.
  public static func naming<Result>(
    option: String?, _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch DatasetError.missingFile(let field, let lookedFor, let suggestion) {
      guard let option else {
        throw DatasetError.missingFile(
          field: field, lookedFor: lookedFor, suggestion: suggestion)
      }
      throw DatasetError.missingFile(field: option, lookedFor: lookedFor, suggestion: nil)
    }
  }
}

extension DatasetError: CustomStringConvertible {
  /// One line: the field or file, what was found, what was expected, what to do.
  public var description: String {
    switch self {
    case .invalidField(let field, let found, let expected):
      "\(field): found \(found.shortened), expected \(expected)"
    case .missingFile(let field, let lookedFor, let suggestion):
      "\(field): no such data file; looked for \(lookedFor.joined(separator: " and "))"
        + (suggestion.map { "; \($0)" } ?? "")
    case .invalidData(let file, let location, let found, let expected):
      "\(file): \(location): found \(found.shortened), expected \(expected)"
    case .invalidPictures(let first, let others, let isComplete):
      "\(first); nor can \(isComplete ? "" : "at least ")\(others.count) other "
        + "picture\(others.count == 1 ? "" : "s") be read: \(others.joined(separator: ", "))"
    }
  }
}
