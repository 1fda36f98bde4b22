extension String {
  /// The longest part of a message that comes out of a file, in characters.
  private static let longestPart = 1000

  /// The text as part of a message for people: of a long one only the beginning, since files may hold names of
  /// any length.
  package var shortened: String {
    // Counting bytes is enough to leave nearly all alone, and takes no time.
    guard utf8.count > String.longestPart, count > String.longestPart else { return self }
    return prefix(String.longestPart) + "…"
  }
}
