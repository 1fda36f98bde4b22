import FileFormats

/// One of the ways of teaching of a recipe.
public struct TeachingTerm: Hashable, Sendable {
  public var rule: any TeachingRule

  public init(_ rule: any TeachingRule) { self.rule = rule }

  /// The name of its kind in files.
  public var kind: String { type(of: rule).kind }

  /// The term on one line: equal texts are equal lessons. Part of `Recipe.identity`.
  public var identity: String { "\(kind)(\(rule.identity))" }

  public static func == (first: TeachingTerm, second: TeachingTerm) -> Bool {
    AnyHashable(first.rule) == AnyHashable(second.rule)
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(rule)) }
}

extension TeachingTerm {
  /// Reads the value of `"teaching"`: one way, or a list of ways of different kinds.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  static func all(in field: JSONField) throws(JSONError) -> [TeachingTerm] {
    guard case .array = field.value else { return [try TeachingTerm(field)] }
    var terms: [TeachingTerm] = []
    for element in try field.elements(of: "ways of teaching") {
      let term = try TeachingTerm(element)
      guard !terms.contains(where: { $0.kind == term.kind }) else {
        throw element.expected("each kind once")
      }
      terms.append(term)
    }
    return terms
  }

  /// Reads one way of teaching.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  init(_ field: JSONField) throws(JSONError) {
    guard
      let kind = try field.object("a way of teaching").first(where: { $0.name == "kind" })?.field
    else { throw field.expected("the key \"kind\" too") }
    let rules = TeachingTable.rules
    guard case .text(let name) = kind.value, let rule = rules.first(where: { $0.kind == name })
    else { throw kind.expected("one of \(JSONError.list(rules.map { $0.kind }))") }
    self.init(
      try rule.init(
        field.members(of: "teaching of the kind \"\(name)\"", known: ["kind"] + rule.keys)))
  }
}
