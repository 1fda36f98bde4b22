import SearchSpaces

extension SearchSpace {
  /// Returns a level for each decision: its choice counted from 1, and 0 where it has no meaning.
  func levels(of architecture: Architecture) -> [Int] {
    parameters.indices.map { isActive($0, in: architecture) ? architecture.choices[$0] + 1 : 0 }
  }
}
