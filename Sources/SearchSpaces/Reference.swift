/// A named architecture that anyone would write down without a search, to compare students with.
public struct Reference: Hashable, Sendable {
  /// The name by which studies and reports call it; no key of the space.
  public let name: String
  public let architecture: Architecture
  /// What it is, in words; nil if the file says nothing.
  public let description: String?
}

extension SearchSpace {
  /// Returns the reference design of a name; nil if the space has none.
  public func reference(named name: String) -> Reference? {
    references.first { $0.name == name }
  }

  /// Returns the key that a text stands for: that of the reference design of this name, that of the network with the
  /// default recipe where the text is the key of a network alone, or the text.
  ///
  /// The key of a design that a fixed decision excludes says which.
  public func key(ofNameOrKey text: String) -> String {
    let excluded = excludedReferences.first { $0.reference.name == text }?.reference
    return (reference(named: text) ?? excluded).map { key(of: $0.architecture) }
      ?? keyWithDefaultRecipe(ofNetwork: text) ?? text
  }
}
