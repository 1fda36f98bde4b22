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
    reason =
      "\(Self.shortened(place)): found \(Self.shortened(found)), expected \(Self.shortened(expected))"
  }

  /// A part of the message: of a long one only the beginning, since files may hold names and shapes of any length.
  /// The other readers have this from `FileFormats`, which this library, made for other programs, does not import.
  private static func shortened(_ part: String) -> String {
    // Counting bytes is enough to leave nearly all alone, and takes no time.
    guard part.utf8.count > 1000, part.count > 1000 else { return part }
    return part.prefix(1000) + "…"
  }
}

/// Refuses a file unless something holds.
func require(
  _ holds: Bool, _ place: String, _ found: @autoclosure () -> String,
  _ expected: @autoclosure () -> String
) throws(Refusal) {
  if !holds { throw Refusal(place, found: found(), expected: expected()) }
}
