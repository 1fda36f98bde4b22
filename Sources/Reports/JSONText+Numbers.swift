import FileFormats

extension JSONText {
  /// Creates a number with a fixed count of decimals, or null if it is not known or not finite.
  package init(_ value: Double?, decimals: Int) {
    let digits = value?.fixed(decimals) ?? ""
    self = digits.isEmpty ? .null : .literal(digits)
  }
}
