/// A point of a search space: the choice made for each of its parameters.
///
/// Made only by a `SearchSpace`, and always canonical: a parameter that has no meaning for the
/// point, since its condition does not hold, has choice 0. Two architectures of one space that are
/// equal are therefore the same network. In a space with graphs different ones may be the same
/// network too: an operation on an edge that leads nowhere makes no difference.
public struct Architecture: Hashable, Sendable {
  /// For each parameter, in the order of the space, an index into its values.
  public let choices: [Int]

  init(canonicalChoices: [Int]) { choices = canonicalChoices }
}
