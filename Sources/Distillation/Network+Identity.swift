import NeuralNetworks

extension Network {
  /// Every layer and connection, on one line: equal texts are equal networks.
  ///
  /// It is part of what tells teachers and checkpoints apart: a change of `Layer.description` would make every study
  /// train its teacher again.
  public var identity: String {
    nodes.map { "\($0.layer)\($0.inputs)\($0.shape)" }.joined(separator: ";")
  }
}
