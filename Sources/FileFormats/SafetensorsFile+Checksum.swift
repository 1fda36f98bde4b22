import Foundation

// A file that nothing else vouches for may hold, in its metadata, a checksum over all of itself, and where it belongs.
// So damage is found, and a file that stands in another one's place.

extension SafetensorsFile {
  private static let checksumName = "sha256"
  private static let placeName = "place"

  /// What a file says of itself.
  public enum Check: Hashable, Sendable {
    case intact
    /// It has no checksum.
    case unchecked
    /// It is not what it was; with what was found and what was expected.
    case damaged(found: String, expected: String)
    /// It was written in another place, by its folder's name and its own.
    case misplaced(from: String)
  }

  /// Returns the file with a checksum and the place that it is for.
  ///
  /// - Parameter path: Where it will be; its last two parts count, so that a whole folder may move.
  public func sealed(for path: String) -> SafetensorsFile {
    var sealed = self
    sealed.metadata[Self.placeName] = Self.place(path)
    sealed.metadata[Self.checksumName] = sealed.contentsHash
    return sealed
  }

  /// Compares the file with its checksum and its place; both may be missing in files of earlier versions.
  ///
  /// - Parameter path: Where it is.
  public func check(at path: String) -> Check {
    guard let expected = metadata[Self.checksumName] else { return .unchecked }
    let found = contentsHash
    guard found == expected else { return .damaged(found: found, expected: expected) }
    if let place = metadata[Self.placeName], place != Self.place(path) {
      return .misplaced(from: place)
    }
    return .intact
  }

  /// Whether it has a checksum and is what was written, here or elsewhere.
  ///
  /// - Parameter path: Where it is.
  public func isWhole(at path: String) -> Bool {
    switch check(at: path) {
    case .intact, .misplaced: true
    case .unchecked, .damaged: false
    }
  }

  /// The SHA-256, in hexadecimal, of everything in the file but the checksum.
  private var contentsHash: String {
    var hash = ContentHash()
    for (name, text) in metadata.sorted(by: { $0.key < $1.key }) where name != Self.checksumName {
      hash.update("\(name) \(text)\n")
    }
    for (name, array) in tensors.sorted(by: { $0.key < $1.key }) {
      hash.update("\(name) \(array.shape)\n")
      hash.update(array.bytes)
    }
    return hash.hexadecimal
  }

  private static func place(_ path: String) -> String {
    path.split(separator: "/").suffix(2).joined(separator: "/")
  }
}
