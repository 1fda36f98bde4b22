extension Network {
  /// The groups in the order in which they run. The input node has none.
  public var fusedGroups: [FusedGroup] { fusedGroups(keeping: []) }

  /// The groups where the outputs of `kept` are read from outside as well.
  func fusedGroups(keeping kept: Set<Int>) -> [FusedGroup] {
    FusedGroup.groups(
      roles: nodes.map { $0.layer.family.fusionRole }, inputs: nodes.map { $0.inputs },
      keeping: kept)
  }

  /// Traps unless every node of `features` gives something that is neither the image nor the logits.
  func checkFeatures(_ features: [Int]) {
    for node in features {
      precondition(
        node > 0 && node < nodes.count - 1, "node \(node) of \(nodes.count) is no inner node")
    }
  }

  /// The activation that ends `group`, or is all of it.
  public func activation(of group: FusedGroup) -> Activation {
    nodes[group.activation ?? group.head].layer.activation ?? .identity
  }

  /// Returns where node `index`, which reads something, stands.
  func place(of index: Int) -> LayerPlace {
    LayerPlace(node: index, input: inputShape(of: index), output: nodes[index].shape)
  }

  /// Returns where `group` stands.
  func place(of group: FusedGroup) -> GroupPlace {
    GroupPlace(
      layer: place(of: group.head), group: group, activation: activation(of: group))
  }

  /// The kernels that inference runs, in order.
  public var inferenceKernels: [InferenceKernel] { InferenceGraph(self).kernels }
}
