/// Keys use digits and lower-case letters only: every file system keeps those apart.
private let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyz")

extension SearchSpace {
  /// Whether a text has the form of an architecture's key, whatever the space: digits and lower-case letters.
  public static func isKey(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) }
  }

  /// Returns the text that stands for an architecture: in names of folders, journals and tables.
  ///
  /// One character per parameter (more for a parameter with over 36 values): the index of its
  /// value. Two architectures of a space have the same key only if they are equal.
  public func key(of architecture: Architecture) -> String {
    var key = ""
    for (parameter, choice) in zip(parameters, architecture.choices) {
      var digits: [Character] = []
      var rest = choice
      for _ in 0..<digitCount(of: parameter) {
        digits.append(alphabet[rest % alphabet.count])
        rest /= alphabet.count
      }
      key += String(digits.reversed())
    }
    return key
  }

  /// Returns the architecture that a key stands for.
  ///
  /// - Throws: `SearchSpaceError.invalidKey` if the key is not one that `key(of:)` returns, or contradicts a fixed
  ///   decision.
  public func architecture(key: String) throws(SearchSpaceError) -> Architecture {
    let length = parameters.reduce(0) { $0 + digitCount(of: $1) }
    guard key.count == length else {
      throw invalidKey(key, "expected \(length) characters, got \(key.count)")
    }
    var characters = key[...]
    var choices: [Int] = []
    for parameter in parameters {
      let digits = characters.prefix(digitCount(of: parameter))
      characters = characters.dropFirst(digits.count)
      choices.append(try choice(of: parameter, digits: digits, key: key))
    }
    if let contradiction = contradiction(choosing: { choices[$0] }) {
      throw invalidKey(key, contradiction)
    }
    let architecture = architecture(choices: choices)
    if let index = choices.indices.first(where: { choices[$0] != architecture.choices[$0] }) {
      throw invalidKey(key, "\(parameters[index].name) is inactive here, so its digit must be 0")
    }
    return architecture
  }

  private func choice(
    of parameter: Parameter, digits: Substring, key: String
  ) throws(SearchSpaceError) -> Int {
    var choice = 0
    for digit in digits {
      guard let value = alphabet.firstIndex(of: digit) else {
        throw invalidKey(key, "'\(digit)' is not a digit or a lower-case letter")
      }
      choice = choice * alphabet.count + value
    }
    guard choice < parameter.values.count else {
      throw invalidKey(
        key, "'\(digits)' is not a value of \(parameter.name), which has \(parameter.values.count)")
    }
    return choice
  }

  func digitCount(of parameter: Parameter) -> Int {
    var count = 1
    var largest = alphabet.count
    while largest < parameter.values.count {
      count += 1
      largest *= alphabet.count
    }
    return count
  }

  private func invalidKey(_ key: String, _ problem: String) -> SearchSpaceError {
    .invalidKey(space: name, key: key, problem: problem)
  }
}
