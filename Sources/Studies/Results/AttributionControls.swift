import SearchSpaces

/// The students that tell what the architecture has given and what the recipe, next to a student and a reference
/// design: each of them with the recipe of the other.
///
/// The reference design has the default recipe, so these are the four corners of two architectures and two recipes.
package struct AttributionControls: Hashable, Sendable {
  /// The student's network with the default recipe; nil where the student has it.
  package let ownDefault: String?
  /// The reference design with the student's recipe; nil without a design, and where the student has the default one.
  package let otherRecipe: String?

  /// How many there are at most.
  static let most = 2

  /// - Parameters:
  ///   - student: The student's key.
  ///   - reference: The design's key; nil for none.
  /// - Throws: `SearchSpaceError` for keys that the space does not have.
  package init(
    student: String, reference: String?, in space: SearchSpace
  ) throws(SearchSpaceError) {
    let own = try space.architecture(key: student)
    let plain = space.key(of: space.withDefaultRecipe(own))
    ownDefault = plain == student ? nil : plain
    var crossed: String?
    if let reference, plain != student {
      let other = try space.architecture(key: reference)
      crossed = space.key(of: space.architecture(other, withRecipeOf: own))
    }
    otherRecipe = crossed
  }
}
