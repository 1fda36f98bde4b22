extension Network {
  /// The node whose output the last layer with weights reads (norms and gates do not count), or the one before it where
  /// inference leaves that node out, such as dropout; nil where it is the image.
  public var lastFeatureNode: Int? {
    var node = nodes.count - 1
    while !nodes[node].layer.family.addsDepth {
      guard let input = nodes[node].inputs.first else { return nil }
      node = input
    }
    guard let input = nodes[node].inputs.first else { return nil }
    let feature = InferenceGraph(self).sources[input]
    return feature > 0 ? feature : nil
  }

  /// Whether a node gives one position of any image, however large: it sees all positions of what it reads at once, as a
  /// global mean and a dense layer do.
  func joinsPositions(_ node: Int) -> Bool {
    guard nodes[node].shape.positionCount == 1, let input = nodes[node].inputs.first else {
      return false
    }
    let shape = nodes[input].shape
    // A window that just fits gives several positions of a larger image.
    let larger = TensorShape(
      height: 1000 * shape.height, width: 1000 * shape.width, channels: shape.channels)
    return (try? nodes[node].layer.family.outputShape(for: larger))?.positionCount == 1
  }
}
