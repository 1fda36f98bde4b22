import FileFormats
import NeuralNetworks

extension LossTerm {
  /// The fields that losses of every kind have.
  static let keys = ["kind", "weight"]
  /// Those of losses that compare features besides.
  static let featureKeys = ["student", "teacher"]

  /// Reads the value of `"losses"`: a list of `{"kind": "hint", "weight": 2, …}`.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  package static func all(in field: JSONField) throws(JSONError) -> [LossTerm] {
    var terms: [LossTerm] = []
    var known: Set<String> = []
    for element in try field.elements(of: "losses") {
      let term = try LossTerm(element)
      guard known.insert(term.comparison).inserted else {
        throw element.expected("each loss once: its weight says how much it counts")
      }
      terms.append(term)
    }
    return terms
  }

  /// Reads one loss.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  init(_ field: JSONField) throws(JSONError) {
    guard let kind = try field.object("a loss").first(where: { $0.name == "kind" })?.field else {
      throw field.expected("the key \"kind\" too")
    }
    let rules = LossTable.rules
    guard case .text(let name) = kind.value, let rule = rules.first(where: { $0.kind == name })
    else {
      throw kind.expected("one of \(JSONError.list(rules.map { $0.kind }))")
    }
    let members = try field.members(
      of: "a loss of the kind \"\(name)\"",
      known: LossTerm.keys + (rule.reads == .features ? LossTerm.featureKeys : []) + rule.keys)
    self.init(
      try rule.init(members), weight: try members["weight"].map(WeightSchedule.init) ?? .init(1),
      student: try members["student"].map { field throws(JSONError) in
        field.value == .text(LossTerm.allStages)
          ? LossTerm.allStages
          : try LossTerm.place(field, "\(NetworkPlaces.expectation), or \"\(LossTerm.allStages)\"")
      },
      teacher: try members["teacher"].map { field throws(JSONError) in
        try LossTerm.place(field, NetworkPlaces.expectation)
      })
    if rule.reads == .features && !comparesFeatures,
      let field = members["student"] ?? members["teacher"]
    {
      throw field.expected("no place in a loss that compares \(self.rule.reads.rawValue)")
    }
    if student == LossTerm.allStages, let field = members["teacher"] {
      throw field.expected(
        "no \"teacher\" with \"student\": \"\(LossTerm.allStages)\": each is matched with its own")
    }
  }

  private static func place(
    _ field: JSONField, _ expectation: String
  ) throws(JSONError) -> String {
    let name = try field.text(expectation)
    guard NetworkPlaces.isName(name) else { throw field.expected(expectation) }
    return name
  }
}
