import FileFormats

/// Puts together graphs as other programs write them.
struct ForeignModel {
  var graph: ONNXGraph

  /// Begins a graph that reads images of 4 channels, 8×8.
  init(input: [ONNXValueInfo.Dimension]? = [.symbol("N"), .size(4), .size(8), .size(8)]) {
    graph = ONNXGraph(inputs: [ONNXValueInfo(name: "x", shape: input)])
  }

  /// Appends a node; its output has its name.
  @discardableResult
  mutating func append(
    _ operation: String, _ inputs: [String], name: String? = nil, domain: String = "",
    _ attributes: [String: ONNXAttribute] = [:]
  ) -> String {
    let name = name ?? "\(operation)\(graph.nodes.count)"
    graph.nodes.append(
      ONNXNode(
        name: name, operation: operation, domain: domain, inputs: inputs, outputs: [name],
        attributes: attributes))
    return name
  }

  /// Adds weights of a shape and returns their name.
  mutating func weights(_ shape: [Int]) -> String {
    constant(NumericArray(shape: shape, [Float](repeating: 1, count: shape.reduce(1, *))))
  }

  mutating func integers(_ values: [Int64]) -> String {
    constant(NumericArray(shape: [values.count], values))
  }

  mutating func number(_ value: Float) -> String { constant(NumericArray(shape: [], [value])) }

  /// One whole number, without a dimension.
  mutating func number(whole value: Int64) -> String {
    constant(NumericArray(shape: [], [value]))
  }

  private mutating func constant(_ array: NumericArray) -> String {
    let name = "c\(graph.initializers.count)"
    graph.initializers.append(ONNXTensor(name: name, array))
    return name
  }

  /// Appends a convolution; a kernel of two sides has padding that keeps the size.
  @discardableResult
  mutating func convolution(
    _ input: String, from inputs: Int, to outputs: Int, kernel: [Int] = [3, 3], groups: Int = 1,
    bias: Bool = false, _ attributes: [String: ONNXAttribute] = [:]
  ) -> String {
    let pads = (kernel + kernel).map { $0 / 2 }
    let operands =
      [input, weights([outputs, inputs / groups] + kernel)] + (bias ? [weights([outputs])] : [])
    return append(
      "Conv", operands,
      ["group": .integer(groups), "pads": .integers(pads)].merging(attributes) { $1 })
  }

  mutating func norm(_ input: String, channels: Int) -> String {
    append("BatchNormalization", [input] + (0..<4).map { _ in weights([channels]) })
  }

  /// Returns the model whose output is the last node's, after a trip through bytes.
  func model() throws -> ONNXModel {
    var graph = graph
    graph.outputs = [ONNXValueInfo(name: graph.nodes.last?.name ?? "", shape: nil)]
    let model = ONNXModel(
      formatVersion: 8, operatorSet: 17, producer: "other", metadata: [:], graph: graph)
    return try ONNXModel(data: model.data, path: "m.onnx")
  }
}
