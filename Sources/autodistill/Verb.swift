/// One command of the program.
protocol Verb {
  static var name: String { get }
  /// What it does, on one line.
  static var summary: String { get }
  static var help: String { get }
  /// Options that take a value, such as `--workers`.
  static var options: [String] { get }
  /// Options that take none.
  static var flags: [String] { get }
  /// The positional arguments' names; those that may be left out are last and in brackets.
  static var operands: [String] { get }

  init(_ arguments: Arguments) throws
  func run() throws -> ExitStatus
}

extension Verb {
  static var options: [String] { [] }
  static var flags: [String] { [] }
}
