import Foundation

/// What a command prints of what it has found about a study that has ended.
public protocol FoundReport {
  associatedtype Found: Encodable

  /// What was found, as files have it.
  var found: Found { get }
  /// The same for people.
  var lines: [String] { get }
}

extension FoundReport {
  /// What was found, as JSON.
  ///
  /// - Throws: `EncodingError` where a number is not finite.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(found), as: UTF8.self)
  }
}
