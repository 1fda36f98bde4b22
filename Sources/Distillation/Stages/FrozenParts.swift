import NeuralNetworks

/// What stands still of a student while the rest of it learns.
struct FrozenParts: Hashable, Sendable {
  /// Nodes of the network.
  let nodes: Set<Int>

  /// - Parameter names: Parts such as `stage1`.
  /// - Throws: `LossError` where the network has no such part.
  init(_ names: [String], of network: Network) throws(LossError) {
    var nodes: Set<Int> = []
    let places = names.isEmpty ? nil : NetworkPlaces(network)
    for name in names {
      guard let part = places?.nodes(ofPart: name) else {
        throw LossError(
          "the student has no part \(name) to stand still: it has "
            + (places.map { "\($0)" } ?? "") + " and \(NetworkParts.head)")
      }
      nodes.formUnion(part)
    }
    self.nodes = nodes
  }
}
