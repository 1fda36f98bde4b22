import FileFormats

/// Which reference designs of its space a study trains, to see whether its search was worth it.
public enum ReferenceChoice: Hashable, Sendable {
  case none
  /// All that may be trained.
  case all
  /// For each budget that the study asks about, the n costliest of those that keep it; in a study
  /// without budgets n of them, spread over their costs.
  case nearest(Int)
  /// Those of these names, as far as they may be trained.
  case named([String])

  /// In a study that does not say anything.
  public static let defaults = ReferenceChoice.nearest(2)
}

extension ReferenceChoice {
  init(_ field: JSONField) throws(JSONError) {
    switch field.value {
    case .flag(let isAll): self = isAll ? .all : .none
    case .integer: self = .nearest(try field.integer(in: 1...1000))
    case .array:
      let names = try field.distinctTexts("reference designs", "a reference design")
      guard !names.isEmpty else { throw field.expected("at least one name, or false") }
      self = .named(names)
    default:
      throw field.expected("true, false, a number of designs for each budget, or a list of names")
    }
  }
}
