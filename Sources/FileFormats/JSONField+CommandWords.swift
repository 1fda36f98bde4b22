extension JSONField {
  /// Returns a program and its arguments: an array of texts, the first not empty. No text holds a zero byte, at
  /// which the system would cut it off.
  ///
  /// - Parameter title: What the elements are, for messages.
  public func commandWords(_ title: String) throws(JSONError) -> [String] {
    var words: [String] = []
    for element in try elements(of: title) {
      guard case .text(let word) = element.value, !(words.isEmpty && word.isEmpty) else {
        throw element.expected(words.isEmpty ? "the name of a program" : "an argument, a text")
      }
      guard !word.utf8.contains(0) else { throw element.expected("a text without zero bytes") }
      words.append(word)
    }
    guard !words.isEmpty else { throw expected("an array of \(title)") }
    return words
  }
}
