import FileFormats
import NeuralNetworks

// Names of tensors and their shapes: what an operator reads and gives.

extension ONNXGraphWriter {
  func nodeName(_ index: Int) -> String { "\(index).\(network.nodes[index].layer.name)" }

  /// Appends an operator that gives node `index`'s output.
  mutating func append(
    _ operation: String, _ index: Int, inputs: [String], attributes: [String: ONNXAttribute] = [:],
    isVector: Bool = false
  ) {
    let name = nodeName(index)
    graph.nodes.append(
      ONNXNode(
        name: name, operation: operation, inputs: inputs, outputs: [name],
        attributes: attributes))
    values[index] = Value(name: name, isVector: isVector)
  }

  func value(of index: Int) -> Value {
    guard let value = values[sources[index]] else {
      preconditionFailure("node \(index) has not run")
    }
    return value
  }

  /// Returns the name of a node's output as `[1, C, H, W]`.
  mutating func image(of index: Int) -> String {
    let value = value(of: index)
    guard value.isVector else { return value.name }
    let name = value.name + ".image"
    if !graph.nodes.contains(where: { $0.outputs == [name] }) {
      let axes = ONNXTensor(
        name: name + ".axes", NumericArray(shape: [2], [Int64(2), 3]))
      graph.initializers.append(axes)
      graph.nodes.append(
        ONNXNode(
          name: name, operation: "Unsqueeze", inputs: [value.name, axes.name], outputs: [name]))
    }
    return name
  }

  /// Returns the name of a node's output as `[1, C · H · W]`.
  mutating func vector(of index: Int) -> String {
    let value = value(of: index)
    guard !value.isVector else { return value.name }
    let name = value.name + ".vector"
    if !graph.nodes.contains(where: { $0.outputs == [name] }) {
      graph.nodes.append(
        ONNXNode(name: name, operation: "Flatten", inputs: [value.name], outputs: [name]))
    }
    return name
  }

  /// How the window of a node's layer passes over what it reads.
  func windowAxes(_ index: Int) -> (rows: WindowAxis, columns: WindowAxis) {
    guard let axes = network.nodes[index].layer.windowAxes(on: network.inputShape(of: index)) else {
      preconditionFailure("\(network.nodes[index].layer.name) has no window")
    }
    return axes
  }

  /// The attributes of a convolution or pool. Pads are explicit, those in front first.
  func windowAttributes(_ index: Int) -> [String: ONNXAttribute] {
    let (rows, columns) = windowAxes(index)
    return [
      "kernel_shape": .integers([rows.kernel, columns.kernel]),
      "strides": .integers([rows.stride, columns.stride]),
      "pads": .integers([rows.before, columns.before, rows.after, columns.after]),
    ]
  }

  /// Adds an initializer and returns its name.
  mutating func constant(_ name: String, shape: [Int], _ values: [Float]) -> String {
    graph.initializers.append(ONNXTensor(name: name, NumericArray(shape: shape, values)))
    return name
  }

  /// Adds a tensor of the network as it is, or, with `inputs` and `outputs`, its transpose.
  mutating func stored(
    _ role: ParameterLayout.Role, of node: Int, shape: [Int]? = nil, inputs: Int = 1,
    outputs: Int = 1
  ) -> String {
    let tensor = layout.tensor(role, of: node)
    let source = tensor.isStatistic ? statistics : parameters
    let values = Array(source[tensor.offset..<tensor.offset + tensor.count])
    return constant(
      tensor.name, shape: shape ?? tensor.shape,
      shape == nil
        ? values : outputsFirst(values, positions: 1, inputs: inputs, outputs: outputs))
  }
}

/// Returns weights `[positions, inputs, outputs]` as `[outputs, inputs, positions]`.
func outputsFirst(_ weights: [Float], positions: Int, inputs: Int, outputs: Int) -> [Float] {
  var result = [Float](repeating: 0, count: weights.count)
  for position in 0..<positions {
    for input in 0..<inputs {
      let row = (position * inputs + input) * outputs
      for output in 0..<outputs {
        result[(output * inputs + input) * positions + position] = weights[row + output]
      }
    }
  }
  return result
}
