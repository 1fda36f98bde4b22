import FileFormats

extension SearchSpace {
  /// Reads the field `references` of a file.
  ///
  /// - Throws: `JSONError`; also if two have one name or one architecture.
  func references(in field: JSONField) throws(JSONError) -> [Reference] {
    var references: [Reference] = []
    for element in try field.elements(of: "reference designs") {
      references.append(try reference(element, after: references))
    }
    return references
  }

  private func reference(
    _ field: JSONField, after earlier: [Reference]
  ) throws(JSONError) -> Reference {
    let members = try field.members(
      of: "a reference design", known: ["name", "description", "key", "values"])
    let nameField = try members.required("name")
    let name = try nameField.text("the name of the reference design")
    if let first = earlier.firstIndex(where: { $0.name == name }) {
      throw nameField.expected("a name of its own; references[\(first)] has this one already")
    }
    guard (try? architecture(key: name)) == nil else {
      throw nameField.expected("a name that is no key of the space")
    }
    let architecture: Architecture
    switch (members["key"], members["values"]) {
    case (let key?, nil): architecture = try self.architecture(key)
    case (nil, let values?): architecture = try self.architecture(values: values)
    default: throw field.expected("either the key \"key\" or the key \"values\"")
    }
    if let twin = earlier.first(where: { $0.architecture == architecture }) {
      throw field.expected("an architecture of its own; \"\(twin.name)\" has this one already")
    }
    return Reference(
      name: name, architecture: architecture,
      description: try members["description"]?.text("what the design is, in words"))
  }

  private func architecture(_ field: JSONField) throws(JSONError) -> Architecture {
    let text = try field.text("a key of the space")
    do {
      return try architecture(key: text)
    } catch {
      throw field.expected("a key of the space: \(error)")
    }
  }

  /// Reads an architecture as an object of its active parameters' values, by their names.
  private func architecture(values field: JSONField) throws(JSONError) -> Architecture {
    var given: [String: JSONField] = [:]
    for (name, value) in try field.object("the values of an architecture") {
      guard parameters.contains(where: { $0.name == name }) else {
        throw .invalid(
          file: field.file, field: value.path, value: "an unknown parameter",
          expected: "one of \(JSONError.list(parameters.map(\.name)))")
      }
      given[name] = value
    }
    var choices = Array(repeating: 0, count: parameters.count)
    for (index, parameter) in parameters.enumerated() {
      // What a parameter depends on stands before it, so its own choice does not matter yet.
      let isActive = activity { choices[$0] }[index]
      guard isActive else {
        if let value = given[parameter.name] {
          throw value.expected("no value: \"\(parameter.name)\" has no meaning here")
        }
        continue
      }
      guard let value = given[parameter.name] else {
        throw field.expected("a value for \"\(parameter.name)\" too")
      }
      guard
        let choice = ParameterValue(value.value).flatMap({ parameter.values.firstIndex(of: $0) })
      else {
        throw value.expected(
          "one of the values of \"\(parameter.name)\": "
            + parameter.values.map(\.json).joined(separator: ", "))
      }
      choices[index] = choice
    }
    return self.architecture(choices: choices)
  }
}
