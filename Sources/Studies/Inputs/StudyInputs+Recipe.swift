import SearchSpaces

extension StudyInputs {
  /// Returns the definition as it is for a student: with its recipe.
  ///
  /// - Throws: `SearchSpaceError` for a key that the space does not have.
  package func definition(ofKey key: String) throws -> StudyDefinition {
    guard !space.recipe.isEmpty else { return definition }
    return try definition.taking(space.recipeValues(of: space.architecture(key: key)))
  }
}
