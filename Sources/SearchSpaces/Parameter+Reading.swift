import FileFormats

extension Parameter {
  /// Reads one element of `parameters`.
  ///
  /// - Parameter earlier: The parameters before it, which its conditions may name.
  init(_ field: JSONField, after earlier: [Parameter]) throws(JSONError) {
    let members = try field.members(
      of: "a parameter", known: ["name", "values", "scale", "when", "group", "words"])
    let valuesField = try members.required("values")
    name = try Parameter.name(try members.required("name"), after: earlier)
    values = try Parameter.values(valuesField)
    scale = try Parameter.scale(members["scale"], values: values, valuesField: valuesField)
    conditions = try Parameter.conditions(members["when"], of: name, on: earlier)
    group = try members["group"]?.text("the words that head the group in a description")
    words = try Parameter.words(members["words"], name: name, values: values)
  }

  private static func name(
    _ field: JSONField, after earlier: [Parameter]
  ) throws(JSONError) -> String {
    let name = try field.identifier()
    if let first = earlier.firstIndex(where: { $0.name == name }) {
      throw field.expected("a name of its own; parameters[\(first)] has this one already")
    }
    if BuiltIn(rawValue: name) != nil {
      throw field.expected("a name other than those of the built-in values")
    }
    return name
  }

  static func values(_ field: JSONField) throws(JSONError) -> [ParameterValue] {
    var values: [ParameterValue] = []
    let elements = try field.elements(of: "numbers, texts or Booleans")
    guard elements.count <= SpaceLimits.mostValues else {
      throw field.expected("at most \(SpaceLimits.mostValues) values")
    }
    for element in elements {
      guard let value = ParameterValue(element.value) else {
        throw element.expected("a number, a text, true or false")
      }
      if let first = values.first, first.kind != value.kind {
        throw element.expected("\(first.kind.rawValue), as the first value is")
      }
      if let twin = values.firstIndex(of: value) {
        throw element.expected("a value of its own; values[\(twin)] is the same")
      }
      values.append(value)
    }
    guard !values.isEmpty else { throw field.expected("at least one value") }
    return values
  }

  /// Numbers are ordinal and everything else categorical, unless the file says otherwise.
  private static func scale(
    _ field: JSONField?, values: [ParameterValue], valuesField: JSONField
  ) throws(JSONError) -> Scale {
    let numbers = values.compactMap(\.number)
    let isNumeric = numbers.count == values.count
    let scale = try field?.choice(Scale.self) ?? (isNumeric ? .ordinal : .categorical)
    let isAscending = zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
    if scale == .ordinal, isNumeric, !isAscending {
      throw valuesField.expected("numbers in ascending order, or \"scale\": \"categorical\"")
    }
    return scale
  }

  private static func words(
    _ field: JSONField?, name: String, values: [ParameterValue]
  ) throws(JSONError) -> [String] {
    guard let field else { return values.map { "\(name) \($0)" } }
    let expectation = "a text in which {} stands for the value, or one text per value"
    switch field.value {
    case .text(let template):
      guard template.contains("{}") else { throw field.expected(expectation) }
      return values.map { template.replacing("{}", with: $0.description) }
    case .array(let elements):
      guard elements.count == values.count else {
        throw field.expected("\(values.count) texts, one per value")
      }
      var words: [String] = []
      for element in try field.elements(of: "texts") {
        guard case .text(let text) = element.value else { throw element.expected("a text") }
        words.append(text)
      }
      return words
    default: throw field.expected(expectation)
    }
  }
}

extension Parameter {
  static func conditions(
    _ field: JSONField?, of name: String, on earlier: [Parameter]
  ) throws(JSONError) -> [Condition] {
    guard let field else { return [] }
    var conditions: [Condition] = []
    for (parent, field) in try field.object("conditions") {
      guard let index = earlier.firstIndex(where: { $0.name == parent }) else {
        throw .invalid(
          file: field.file, field: field.path, value: "\"\(parent)\"",
          expected: "the name of a parameter that stands before \"\(name)\"")
      }
      conditions.append(try condition(field, on: earlier[index], at: index))
    }
    guard !conditions.isEmpty else { throw field.expected("at least one condition") }
    return conditions
  }

  /// Reads the value, or the list of values, that the earlier parameter must have.
  private static func condition(
    _ field: JSONField, on parent: Parameter, at index: Int
  ) throws(JSONError) -> Condition {
    var alternatives = [field]
    if case .array = field.value { alternatives = try field.elements(of: "values") }
    guard !alternatives.isEmpty else { throw field.expected("at least one value") }
    var choices: Set<Int> = []
    for alternative in alternatives {
      guard let value = ParameterValue(alternative.value),
        let choice = parent.values.firstIndex(of: value)
      else {
        let values = parent.values.map(\.json).joined(separator: ", ")
        throw alternative.expected("one of the values of \"\(parent.name)\": \(values)")
      }
      guard choices.insert(choice).inserted else {
        throw alternative.expected("a value that the list does not hold already")
      }
    }
    return Condition(parameter: index, choices: choices.sorted())
  }
}
