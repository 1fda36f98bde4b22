import FileFormats

// Decisions of a training's recipe that a study adds to the space: behind those of the architecture, in keys too.
// Blueprints refer to parameters by their place, so networks do not depend on them.

extension SearchSpace {
  /// Returns the space in which decisions of the recipe are made as well.
  ///
  /// Reference designs are trained with the default recipe.
  ///
  /// - Parameters:
  ///   - file: What errors call the file that adds them.
  ///   - field: The field that holds them, by their names.
  /// - Throws: `JSONError` for a name that a decision of the space has.
  public func adding(
    _ decisions: RecipeDecisions, file: String, field: String
  ) throws(JSONError) -> SearchSpace {
    guard !decisions.isEmpty else { return self }
    precondition(recipe.isEmpty && fixedChoices.isEmpty, "decisions of a recipe are added once")
    for parameter in decisions.parameters
    where parameters.contains(where: { $0.name == parameter.name }) {
      throw .invalid(
        file: file, field: "\(field).\(parameter.name)", value: "\"\(parameter.name)\"",
        expected: "a name that no decision of the search space \(name) has")
    }
    var space = self
    space.recipe = decisions
    space.parameters += decisions.parameters.map { $0.moved(by: parameters.count) }
    space.references = references.map { reference in
      Reference(
        name: reference.name,
        architecture: space.architecture(
          choices: reference.architecture.choices + decisions.defaults),
        description: reference.description)
    }
    return space
  }

  /// How many of the parameters decide the network: the first ones.
  public var networkParameterCount: Int { parameters.count - recipe.parameters.count }

  /// The key of the network alone: of two students with one the recipes differ at most.
  public func networkKey(of architecture: Architecture) -> String {
    let digits = parameters[..<networkParameterCount].reduce(0) { $0 + digitCount(of: $1) }
    return String(key(of: architecture).prefix(digits))
  }

  /// Returns the recipe's values of a student by the names of their decisions, as
  /// `RecipeDecisions.values(_:)` does.
  public func recipeValues(of architecture: Architecture) -> [String: ParameterValue] {
    recipe.values(Array(architecture.choices[networkParameterCount...]))
  }

  /// Returns the same network with the default recipe.
  public func withDefaultRecipe(_ architecture: Architecture) -> Architecture {
    self.architecture(
      choices: architecture.choices[..<networkParameterCount] + recipe.defaults)
  }

  /// Returns the network of an architecture with the recipe of another one.
  public func architecture(
    _ architecture: Architecture, withRecipeOf other: Architecture
  ) -> Architecture {
    self.architecture(
      choices: Array(architecture.choices[..<networkParameterCount])
        + other.choices[networkParameterCount...])
  }

  /// Returns the key of a network with the default recipe; nil if the text is no key of a network alone.
  func keyWithDefaultRecipe(ofNetwork text: String) -> String? {
    // Nothing of the network decides what the recipe's decisions mean, so the end of the key is the same for all.
    let any = withDefaultRecipe(architecture { _ in 0 })
    let networkKey = networkKey(of: any)
    guard !recipe.isEmpty, text.count == networkKey.count, SearchSpace.isKey(text) else {
      return nil
    }
    return text + key(of: any).dropFirst(networkKey.count)
  }
}

extension Parameter {
  /// Returns the parameter for a list in which its conditions' parameters stand further behind.
  func moved(by count: Int) -> Parameter {
    Parameter(
      name: name, values: values, scale: scale,
      conditions: conditions.map {
        Condition(parameter: $0.parameter + count, choices: $0.choices)
      }, group: group, words: words)
  }
}
