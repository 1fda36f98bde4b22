// Stands in for swift-testing, whose macros Embedded Swift has not: convert_tests.py turns them into these calls.

import CLibrary

/// A line of the test's source.
public typealias SourceLocation = Int

/// A text beside an expectation; values without a description of their own are left out.
public struct Comment: ExpressibleByStringInterpolation {
  public var text: String

  public init(stringLiteral value: String) { text = value }

  public init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  public struct Interpolation: StringInterpolationProtocol {
    var text = ""

    public init(literalCapacity: Int, interpolationCount: Int) {}

    public mutating func appendLiteral(_ literal: String) { text += literal }

    public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
      text += value.description
    }

    public mutating func appendInterpolation(_ comment: Comment) { text += comment.text }

    @_disfavoredOverload
    public mutating func appendInterpolation<Value>(_ value: Value) { text += "…" }
  }
}

/// What has been counted so far. Tests run one after the other; what a thread of a test finds, its test expects.
public struct Tally {
  public internal(set) var passed = 0
  public internal(set) var failed = 0
  var expectations = 0
  var failures = 0
}

nonisolated(unsafe) public internal(set) var tally = Tally()

/// Counts an expectation, and says where and why it failed.
public func expect(
  _ condition: Bool, _ comment: @autoclosure () -> Comment = "",
  sourceLocation: SourceLocation = #line
) {
  tally.expectations += 1
  guard !condition else { return }
  tally.failures += 1
  // One wrong kernel fails thousands of expectations; the first of a test say enough.
  if tally.failures <= 5 { print("  line \(sourceLocation): \(comment().text)") }
}

/// Runs a test: as often as it has arguments, or once.
public func runTest(_ suite: String, _ name: String, _ body: () -> Void) {
  (tally.expectations, tally.failures) = (0, 0)
  body()
  // A test that expects nothing cannot fail: it counts as one that did.
  let isRight = tally.failures == 0 && tally.expectations > 0
  if isRight { tally.passed += 1 } else { tally.failed += 1 }
  print("\(isRight ? "PASS" : "FAIL"): \(suite) \(name) (\(tally.expectations) expectations)")
}

/// Calls `body` with each argument.
public func forEach<Arguments: Sequence>(
  _ arguments: Arguments, _ body: (Arguments.Element) -> Void
) {
  for argument in arguments { body(argument) }
}
