/// The pictures of an import that cannot be read.
struct BrokenPictures {
  /// More are not looked for.
  private static let most = 20

  private var first: (any Error)?
  /// All but the first.
  private var others: [String] = []

  var isEmpty: Bool { first == nil }
  var areMany: Bool { others.count + 1 >= Self.most }

  mutating func add(_ path: String, _ error: any Error) {
    if first == nil { first = error } else if !areMany { others.append(path) }
  }

  /// - Throws: What is wrong with the first, and the names of the others.
  func check() throws {
    guard let first else { return }
    guard !others.isEmpty else { throw first }
    throw DatasetError.invalidPictures(
      first: "\(first)", others: others, isComplete: !areMany)
  }
}
