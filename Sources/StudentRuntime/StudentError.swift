/// Why a file cannot be run, or an image cannot be classified, for people.
public struct StudentError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file that was read.
  public let file: String
  /// Where in it, what stands there and what was expected.
  public let reason: String

  public var description: String { "\(file): \(reason)" }
}

/// What is wrong with a file whose name the caller knows.
struct Refusal: Error {
  let reason: String

  init(_ place: String, found: String, expected: String) {
    reason = "\(place): found \(found), expected \(expected)"
  }
}

/// Refuses a file unless something holds.
func require(
  _ holds: Bool, _ place: String, _ found: @autoclosure () -> String,
  _ expected: @autoclosure () -> String
) throws(Refusal) {
  if !holds { throw Refusal(place, found: found(), expected: expected()) }
}
