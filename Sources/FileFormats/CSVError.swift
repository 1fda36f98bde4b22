/// A table that does not say what is asked of it.
public struct CSVError: Error, Hashable, Sendable {
  public let file: String
  /// Counted from 1, the header being line 1; nil if the whole file is meant.
  public let line: Int?
  /// Nil if no single column is meant.
  public let column: String?
  public let found: String
  public let expected: String

  public init(file: String, line: Int?, column: String?, found: String, expected: String) {
    (self.file, self.line, self.column) = (file, line, column)
    (self.found, self.expected) = (found, expected)
  }
}

extension CSVError: CustomStringConvertible {
  /// One line: file, line, column, what was found and what was expected.
  public var description: String {
    file + (line.map { ":\($0)" } ?? "") + ": " + (column.map { $0.shortened + ": " } ?? "")
      + "got \(found.shortened), expected \(expected.shortened)"
  }
}
