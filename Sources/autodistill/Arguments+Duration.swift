extension Arguments {
  /// Returns a length of time in seconds, given as `2h`, `90m`, `30s` or several of these, the largest unit
  /// first: `1h30m`.
  func duration(_ option: String) throws -> Double? {
    guard let text = value(option) else { return nil }
    guard let seconds = Arguments.seconds(text), seconds > 0 else {
      throw UsageError(
        "\(option): got '\(text)', expected a length of time such as 2h, 90m, 30s or 1h30m")
    }
    return seconds
  }

  /// Returns the seconds of a length of time; nil if the text is none.
  static func seconds(_ text: String) -> Double? {
    var units: [(name: Character, seconds: Double)] = [("h", 3600), ("m", 60), ("s", 1)]
    var rest = text[...]
    var sum = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      guard let number = Double(digits), number.isFinite,
        let name = rest.dropFirst(digits.count).first,
        let index = units.firstIndex(where: { $0.name == name })
      else { return nil }
      sum += number * units[index].seconds
      units.removeFirst(index + 1)
      rest = rest.dropFirst(digits.count + 1)
    }
    return text.isEmpty ? nil : sum
  }
}
