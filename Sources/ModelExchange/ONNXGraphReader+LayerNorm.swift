import FileFormats
import NeuralNetworks

extension ONNXGraphReader {
  /// A norm of each position over the last axis: one pass, with a factor and an addend for each channel.
  mutating func readLayerNorm(_ node: ONNXNode) throws(Refusal) {
    let input = try tensor(0, of: node)
    let axis = try place(try node.integer("axis", default: -1), in: input.sizes)
    guard axis == input.sizes.count - 1, let channels = input.sizes.last,
      try constant(1, of: node)?.shape == [channels]
    else {
      throw Refusal("a norm over other axes of \(input.sizes) than the last")
    }
    let weights = try constant(2, of: node) == nil ? channels : 2 * channels
    // Behind a transposition the channels are last in the file; the kernel has them where they were.
    let shape = foreignShape(of: input)
    try append(.layerNorm, node, reading: [input], sizes: input.sizes) {
      $0.weights = weights
      $0.parameters = weights
      if shape.channels == channels { ($0.inputShape, $0.shape) = (shape, shape) }
    }
  }

  mutating func readGELU(_ node: ONNXNode) throws(Refusal) {
    let input = try tensor(0, of: node)
    try append(.gelu, node, reading: [input], sizes: input.sizes)
  }

  /// Whether a transposition only brings channels to the end for layer norms, or back from one: a kernel
  /// that normalises finds them where they are.
  func surroundsLayerNorm(_ node: ONNXNode) -> Bool {
    func isNorm(_ node: ONNXNode) -> Bool { node.operation == "LayerNormalization" }
    let readers = graph.nodes.filter { $0.inputs.contains { node.outputs.contains($0) } }
    let source = graph.nodes.first { $0.outputs.contains { node.inputs.contains($0) } }
    return (!readers.isEmpty && readers.allSatisfy(isNorm)) || source.map(isNorm) == true
  }
}
