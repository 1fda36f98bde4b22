/// Numbers as people and their programs write them into tables.
///
/// Swift's own reader also takes what no table means: hexadecimal digits, infinities, and texts that end at a
/// zero byte.
public enum DecimalNumber {
  /// Returns the number that a text holds: a sign, digits with or without a point, an exponent. Nil for anything
  /// else, and for a number that a `Double` cannot hold.
  public static func value(of text: some StringProtocol) -> Double? {
    var rest = text.utf8[...]
    func skip(_ characters: String) -> Bool {
      guard let first = rest.first, characters.utf8.contains(first) else { return false }
      rest = rest.dropFirst()
      return true
    }
    func skipDigits() -> Int {
      let digits = rest.prefix { (48...57).contains($0) }
      rest = rest[digits.endIndex...]
      return digits.count
    }
    _ = skip("+-")
    var digits = skipDigits()
    if skip(".") { digits += skipDigits() }
    guard digits > 0 else { return nil }
    if skip("eE") {
      _ = skip("+-")
      guard skipDigits() > 0 else { return nil }
    }
    guard rest.isEmpty, let number = Double(text), number.isFinite else { return nil }
    return number
  }
}
