import FileFormats

extension JSONText {
  /// Creates a number with a fixed count of decimals, or null if it is not known or not finite.
  package init(_ value: Double?, decimals: Int) {
    let digits = value?.fixed(decimals) ?? ""
    self = digits.isEmpty ? .null : .literal(digits)
  }

  /// The value on one line, for what there are thousands of.
  var onOneLine: String {
    switch self {
    case .literal, .text: formatted
    case .array(let elements): "[" + elements.map(\.onOneLine).joined(separator: ", ") + "]"
    case .object(let members):
      "{"
        + members.map { JSONText.text($0.name).formatted + ": " + $0.value.onOneLine }
        .joined(separator: ", ") + "}"
    }
  }
}
