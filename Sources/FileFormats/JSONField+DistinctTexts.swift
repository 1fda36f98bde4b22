extension JSONField {
  /// Returns the texts of a list, in its order.
  ///
  /// - Parameters:
  ///   - title: What the list holds, for messages.
  ///   - expectation: What one of them is, for messages.
  /// - Throws: `JSONError` where something is no text or stands there twice, naming it.
  package func distinctTexts(
    _ title: String, _ expectation: String
  ) throws(JSONError) -> [String] {
    var texts: [String] = []
    var known: Set<String> = []
    for element in try elements(of: title) {
      let text = try element.text(expectation)
      guard known.insert(text).inserted else { throw element.expected("\(expectation) once") }
      texts.append(text)
    }
    return texts
  }
}
