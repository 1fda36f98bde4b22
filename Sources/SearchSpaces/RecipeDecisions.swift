import FileFormats

/// The numbers and choices of a training recipe that a search decides along with the architecture.
///
/// A study names them, since a recipe is the study's: a search space is shared by studies of other data and other
/// teachers. `SearchSpace.adding(_:file:field:)` puts them behind the decisions of an architecture.
public struct RecipeDecisions: Hashable, Sendable {
  /// In the order of the file. Their conditions count from the first of them.
  public let parameters: [Parameter]
  /// For each the index of the value that the default recipe has.
  public private(set) var defaults: [Int]

  /// No decision at all.
  public static let none = RecipeDecisions(parameters: [], defaults: [])

  /// The most recipes that they may make: each is read and checked when the study is.
  public static let mostRecipes = 4096

  public var isEmpty: Bool { parameters.isEmpty }

  /// The choices of every recipe, once each: an index into the values for each decision, 0 for one without a meaning.
  public var allChoices: [[Int]] {
    var all: [[Int]] = [[]]
    for (index, parameter) in parameters.enumerated() {
      all = all.flatMap { choices in
        let isActive = parameters[...index].activity { $0 < index ? choices[$0] : 0 }[index]
        return (isActive ? Array(parameter.values.indices) : [0]).map { choices + [$0] }
      }
    }
    return all
  }

  /// Returns the value of each decision by its name; one without a meaning has its default.
  ///
  /// - Parameter choices: For each decision an index into its values.
  public func values(_ choices: [Int]) -> [String: ParameterValue] {
    precondition(
      choices.count == parameters.count,
      "\(parameters.count) decisions of a recipe, got \(choices.count) choices")
    let active = parameters[...].activity { choices[$0] }
    var values: [String: ParameterValue] = [:]
    for (index, parameter) in parameters.enumerated() {
      values[parameter.name] = parameter.values[active[index] ? choices[index] : defaults[index]]
    }
    return values
  }

  /// Everything that a key means of them, on one line. The defaults are no part of it.
  public var identity: String {
    parameters.map { parameter in
      let conditions = parameter.conditions.map { "\($0.parameter):\($0.choices)" }
      return "\(parameter.name)\(conditions)=" + parameter.values.map(\.json).joined(separator: ",")
    }.joined(separator: " ")
  }

  /// The values of the default recipe.
  public var defaultValues: [String: ParameterValue] { values(defaults) }

  /// Returns the decisions with the values as defaults that a study fixes; what it fixes otherwise is for
  /// `SearchSpace.fixing` to refuse.
  public func takingDefaults(from fixed: [FixedDecision]) -> RecipeDecisions {
    var decisions = self
    for decision in fixed {
      guard let index = parameters.firstIndex(where: { $0.name == decision.parameter }),
        let choice = parameters[index].values.firstIndex(of: decision.value)
      else { continue }
      decisions.defaults[index] = choice
    }
    return decisions
  }
}

extension RecipeDecisions {
  /// What a description of a student says before them.
  static let group = "recipe"

  /// Reads an object of decisions by their names: each a list of values, or `values` with `when`.
  ///
  /// The first value of a list is the default. Numbers are put in order, since neighbouring ones are alike.
  ///
  /// - Throws: `JSONError` naming the decision; also where they make more recipes than `mostRecipes`.
  public init(_ field: JSONField) throws(JSONError) {
    var (parameters, defaults): ([Parameter], [Int]) = ([], [])
    for (name, field) in try field.object("the decisions of a recipe") {
      let (parameter, byDefault) = try RecipeDecisions.decision(field, name, after: parameters)
      parameters.append(parameter)
      defaults.append(byDefault)
    }
    guard !parameters.isEmpty else { throw field.expected("at least one decision") }
    (self.parameters, self.defaults) = (parameters, defaults)
    let census = Census(of: parameters)
    if let index = census.neverActive.first {
      throw .invalid(
        file: field.file, field: "\(field.path).\(parameters[index].name).when",
        value: "conditions that never hold together",
        expected: "conditions under which \"\(parameters[index].name)\" has a meaning")
    }
    guard census.tooManyStates == nil,
      census.pointCount <= Double(RecipeDecisions.mostRecipes)
    else {
      throw .invalid(
        file: field.file, field: field.path,
        value: "more than \(RecipeDecisions.mostRecipes) recipes",
        expected: "fewer decisions, or fewer values")
    }
  }

  private static func decision(
    _ field: JSONField, _ name: String, after earlier: [Parameter]
  ) throws(JSONError) -> (Parameter, byDefault: Int) {
    guard isIdentifier(name) else {
      throw .invalid(
        file: field.file, field: field.path, value: "\"\(name)\"",
        expected: "a name of lower-case letters, digits and '_' that starts with a letter")
    }
    if earlier.contains(where: { $0.name == name }) {
      throw field.expected("each decision once")
    }
    var (valuesField, when): (JSONField, JSONField?) = (field, nil)
    if case .object = field.value {
      let members = try field.members(of: "a decision of a recipe", known: ["values", "when"])
      (valuesField, when) = (try members.required("values"), members["when"])
    }
    let written = try Parameter.values(valuesField)
    guard written.count > 1 else {
      throw valuesField.expected("at least two values: a single one belongs into \"full\" itself")
    }
    let numbers = written.compactMap(\.number)
    let isNumeric = numbers.count == written.count
    let values = isNumeric ? written.sorted { $0.number! < $1.number! } : written
    let parameter = Parameter(
      name: name, values: values, scale: isNumeric ? .ordinal : .categorical,
      conditions: try Parameter.conditions(when, of: name, on: earlier), group: group,
      words: values.map { "\(name)=\($0)" })
    return (parameter, values.firstIndex(of: written[0])!)
  }
}

extension ArraySlice<Parameter> {
  /// Returns for each parameter whether it is active, asking for the choice of the active ones only, each once and in
  /// order.
  func activity(choosing choice: (Int) -> Int) -> [Bool] {
    var active: [Bool] = []
    var choices: [Int] = []
    active.reserveCapacity(count)
    choices.reserveCapacity(count)
    for (index, parameter) in enumerated() {
      let isActive = parameter.conditions.allSatisfy { condition in
        active[condition.parameter] && condition.choices.contains(choices[condition.parameter])
      }
      active.append(isActive)
      choices.append(isActive ? choice(index) : 0)
    }
    return active
  }
}
