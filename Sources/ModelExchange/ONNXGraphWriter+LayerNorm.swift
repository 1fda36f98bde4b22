import FileFormats
import NeuralNetworks

extension ONNXGraphWriter {
  /// Appends a norm over channels, which the operator expects behind the positions.
  mutating func appendLayerNorm(_ index: Int) {
    let input = value(of: network.nodes[index].inputs[0])
    let operands = [stored(.scale, of: index), stored(.shift, of: index)]
    let attributes: [String: ONNXAttribute] = [
      "axis": .integer(-1), "epsilon": .float(Layer.normEpsilon),
    ]
    guard !input.isVector else {
      return append(
        "LayerNormalization", index, inputs: [input.name] + operands, attributes: attributes,
        isVector: true)
    }
    let name = nodeName(index)
    graph.nodes.append(
      ONNXNode(
        name: name + ".last", operation: "Transpose", inputs: [input.name],
        outputs: [name + ".last"], attributes: ["perm": .integers([0, 2, 3, 1])]))
    graph.nodes.append(
      ONNXNode(
        name: name + ".norm", operation: "LayerNormalization",
        inputs: [name + ".last"] + operands, outputs: [name + ".norm"], attributes: attributes))
    append(
      "Transpose", index, inputs: [name + ".norm"], attributes: ["perm": .integers([0, 3, 1, 2])])
  }

  /// Appends the operator that the standard has since its set 20.
  mutating func appendGELU(_ index: Int) {
    operatorSet = 20
    let input = value(of: network.nodes[index].inputs[0])
    append("Gelu", index, inputs: [input.name], isVector: input.isVector)
  }
}
