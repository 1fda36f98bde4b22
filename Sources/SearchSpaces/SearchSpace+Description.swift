extension SearchSpace {
  /// Returns an architecture in words, on one line.
  ///
  /// Each active parameter contributes the words that the file gives for its value, or else its
  /// name and value. Neighbouring parameters of one group stand together behind the group's name:
  /// `stem 16, stage 1: 2× inverted residual 24 k3; stage 2: none`.
  public func description(of architecture: Architecture) -> String {
    let active = activity(of: architecture)
    var sections: [(group: String?, words: [String])] = []
    for (index, parameter) in parameters.enumerated() where active[index] {
      let words = parameter.words[architecture.choices[index]]
      if words.isEmpty { continue }
      if let last = sections.last, last.group == parameter.group {
        sections[sections.count - 1].words.append(words)
      } else {
        sections.append((parameter.group, [words]))
      }
    }
    return sections.map { group, words in
      group.map { $0 + ": " + words.joined(separator: " ") } ?? words.joined(separator: ", ")
    }.joined(separator: "; ")
  }
}
