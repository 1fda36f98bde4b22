/// A point of a search space: the choice made for each of its parameters.
///
/// Made only by a `SearchSpace`, and always canonical: a parameter that has no meaning for the
/// point, since its condition does not hold, has choice 0. Two architectures of one space are
/// therefore the same network exactly when they are equal.
public struct Architecture: Hashable, Sendable {
  /// For each parameter, in the order of the space, an index into its values.
  public let choices: [Int]

  init(canonicalChoices: [Int]) { choices = canonicalChoices }
}
