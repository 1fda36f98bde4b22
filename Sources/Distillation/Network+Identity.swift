import NeuralNetworks

extension Network {
  /// Every layer and connection, on one line: equal texts are equal networks.
  ///
  /// It is part of what tells teachers and checkpoints apart. The layers stand as Swift prints them, so
  /// renaming a case of `Layer`, or a label of one, makes every study train its teacher again.
  public var identity: String {
    nodes.map { "\($0.layer)\($0.inputs)\($0.shape)" }.joined(separator: ";")
  }
}
