import FileFormats

/// A decision that is taken away from a search: a parameter, and the only value that is left of it.
public struct FixedDecision: Hashable, Sendable {
  /// The parameter's name.
  public let parameter: String
  public let value: ParameterValue

  public init(parameter: String, value: ParameterValue) {
    (self.parameter, self.value) = (parameter, value)
  }
}

extension FixedDecision: CustomStringConvertible {
  public var description: String { "\(parameter) = \(value)" }
}

extension FixedDecision {
  /// Reads an object of values by the names of their parameters, such as `{"stage1_se": false}`.
  ///
  /// - Throws: `JSONError` where a value is no scalar, or there is none.
  public static func all(in field: JSONField) throws(JSONError) -> [FixedDecision] {
    var decisions: [FixedDecision] = []
    for (name, field) in try field.object("fixed decisions") {
      guard let value = ParameterValue(field.value) else {
        throw field.expected("a value of \"\(name)\": a number, a text, true or false")
      }
      decisions.append(FixedDecision(parameter: name, value: value))
    }
    guard !decisions.isEmpty else {
      throw field.expected("a value for at least one parameter, by its name")
    }
    return decisions
  }
}
