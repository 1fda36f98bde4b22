import FileFormats

extension Arguments {
  /// Returns one of the cases of an enumeration of strings.
  func choice<Choice>(_ option: String, of type: Choice.Type) throws -> Choice?
  where Choice: RawRepresentable<String> & CaseIterable {
    guard let text = value(option) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("\(option): got '\(text)', expected one of \(names)")
    }
    return choice
  }

  /// Returns a probability of at least a half and below 1.
  func probability(_ option: String) throws -> Double? {
    guard let text = value(option) else { return nil }
    guard let number = DecimalNumber.value(of: text), (0.5..<1).contains(number) else {
      throw UsageError("\(option): got '\(text)', expected a probability from 0.5 to below 1")
    }
    return number
  }
}
