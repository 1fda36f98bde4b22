import FileFormats
import NeuralNetworks

/// Turns the groups of an inference graph into operators, one after the other.
struct ONNXGraphWriter {
  /// A tensor in the file: `[1, C, H, W]`, or `[1, C]` behind a dense layer.
  struct Value {
    let name: String
    let isVector: Bool
  }

  let network: Network
  let layout: ParameterLayout
  let parameters: [Float]
  let statistics: [Float]
  /// For each node, the node whose output it stands for; a dropout's is what it reads.
  let sources: [Int]
  /// By head.
  let folded: [Int: FoldedLayer]

  var graph: ONNXGraph
  /// The oldest operator set that has all operators written.
  var operatorSet = 17
  /// What holds the output of each node that has run.
  var values: [Int: Value]

  init(
    _ inference: InferenceGraph, parameters: [Float], statistics: [Float],
    folded: [Int: FoldedLayer]
  ) {
    network = inference.network
    (sources, layout, self.folded) = (inference.sources, ParameterLayout(network), folded)
    (self.parameters, self.statistics) = (parameters, statistics)
    let image = network.inputShape
    let sizes = [1, image.channels, image.height, image.width]
    graph = ONNXGraph(
      name: "student",
      inputs: [ONNXValueInfo(name: "input", shape: sizes.map { .size($0) })])
    values = [0: Value(name: "input", isVector: false)]
  }

  /// Returns the graph, whose output is the last node's.
  mutating func finishedGraph() -> ONNXGraph {
    let output = value(of: network.nodes.count - 1)
    let name = "logits"
    if output.isVector {
      // Nothing reads the last node's output, so its writer alone is to be renamed.
      for index in graph.nodes.indices {
        graph.nodes[index].outputs = graph.nodes[index].outputs.map {
          $0 == output.name ? name : $0
        }
      }
    } else {
      graph.nodes.append(
        ONNXNode(
          name: "flatten_output", operation: "Flatten", inputs: [output.name], outputs: [name]))
    }
    graph.outputs = [
      ONNXValueInfo(
        name: name, shape: [.size(1), .size(network.outputShape.channels)])
    ]
    return graph
  }
}

extension ONNXGraphWriter {
  /// Appends the operators of a group: its head, then the add and the activation.
  mutating func append(_ group: FusedGroup) {
    appendHead(group.head)
    var output = group.head
    if let norm = group.norm { (values[norm], output) = (values[output], norm) }
    if let add = group.add, add != group.head, let addend = group.addend {
      appendSum(add, of: output, and: addend)
      output = add
    }
    if let activation = group.activation {
      appendActivation(network.activation(of: group), activation, on: output)
    }
  }

  private mutating func appendHead(_ index: Int) {
    let node = network.nodes[index]
    let shape = network.inputShape(of: index)
    switch node.layer {
    case .convolution:
      appendConvolution(index, groups: 1, inputs: shape.channels)
    case .groupedConvolution(_, _, _, let groups, _, _):
      appendConvolution(index, groups: groups, inputs: shape.channels / groups)
    case .depthwiseConvolution:
      appendConvolution(index, groups: shape.channels, inputs: 1)
    case .dense(let channels): appendDense(index, from: shape, to: channels)
    case .batchNorm: appendNorm(index, on: kept(node.inputs[0]))
    case .activation(let kind): appendActivation(kind, index, on: node.inputs[0])
    case .squeezeExcitation(let hidden):
      appendSqueezeExcitation(index, channels: shape.channels, hidden: hidden)
    case .add: appendSum(index, of: node.inputs[0], and: node.inputs[1])
    case .zero:
      let zero = constant("\(index).factor", shape: [], [0])
      let input = value(of: node.inputs[0])
      append("Mul", index, inputs: [input.name, zero], isVector: input.isVector)
    case .layerNorm: appendLayerNorm(index)
    case .gelu: appendGELU(index)
    case .channelShuffle(let groups): appendShuffle(index, shape: shape, groups: groups)
    case .pooling(let kind, _, _, _):
      append(
        kind == .max ? "MaxPool" : "AveragePool", index, inputs: [image(of: node.inputs[0])],
        attributes: windowAttributes(index))
    case .globalAveragePool:
      append("GlobalAveragePool", index, inputs: [image(of: node.inputs[0])])
    case .input, .dropout:
      preconditionFailure("\(node.layer.name) runs no kernel")
    }
  }

  private mutating func appendConvolution(
    _ index: Int, groups: Int, inputs: Int
  ) {
    guard let layer = folded[index] else { preconditionFailure("node \(index) has no weights") }
    let channels = network.nodes[index].shape.channels
    let (rows, columns) = windowAxes(index)
    var attributes = windowAttributes(index)
    attributes["group"] = .integer(groups)
    var operands = [
      image(of: network.nodes[index].inputs[0]),
      constant(
        "\(index).weight", shape: [channels, inputs, rows.kernel, columns.kernel],
        outputsFirst(
          layer.weight, positions: rows.kernel * columns.kernel, inputs: inputs, outputs: channels)),
    ]
    if let bias = layer.bias {
      operands.append(constant("\(index).bias", shape: [channels], bias))
    }
    append("Conv", index, inputs: operands, attributes: attributes)
  }

  private mutating func appendDense(_ index: Int, from shape: TensorShape, to channels: Int) {
    guard let layer = folded[index] else { preconditionFailure("node \(index) has no weights") }
    let weight = constant(
      "\(index).weight", shape: [channels, shape.elementCount],
      outputsFirst(
        layer.weight, positions: shape.positionCount, inputs: shape.channels, outputs: channels))
    let bias = constant(
      "\(index).bias", shape: [channels],
      layer.bias ?? Array(repeating: 0, count: channels))
    append(
      "Gemm", index, inputs: [vector(of: network.nodes[index].inputs[0]), weight, bias],
      attributes: ["transB": .integer(1)], isVector: true)
  }

  /// Returns what a norm of its own reads. Right behind a convolution or dense layer, which has taken in its
  /// own norm, that is behind an `Identity`: without it the norm would be read as that layer's.
  private mutating func kept(_ index: Int) -> Value {
    let source = value(of: index)
    let producer = graph.nodes.first { $0.outputs.contains(source.name) }?.operation
    guard producer == "Conv" || producer == "Gemm" else { return source }
    let name = source.name + ".kept"
    graph.nodes.append(
      ONNXNode(name: name, operation: "Identity", inputs: [source.name], outputs: [name]))
    return Value(name: name, isVector: source.isVector)
  }

  private mutating func appendNorm(_ index: Int, on input: Value) {
    let roles: [ParameterLayout.Role] = [.scale, .shift, .runningMean, .runningVariance]
    let operands = roles.map { stored($0, of: index) }
    append(
      "BatchNormalization", index, inputs: [input.name] + operands,
      attributes: ["epsilon": .float(Layer.normEpsilon)], isVector: input.isVector)
  }

  private mutating func appendActivation(_ kind: Activation, _ index: Int, on input: Int) {
    let input = value(of: input)
    switch kind {
    case .identity: values[index] = input
    case .relu: append("Relu", index, inputs: [input.name], isVector: input.isVector)
    case .relu6:
      let bounds = [
        constant("\(index).lowest", shape: [], [0]), constant("\(index).highest", shape: [], [6]),
      ]
      append("Clip", index, inputs: [input.name] + bounds, isVector: input.isVector)
    case .hardSwish: append("HardSwish", index, inputs: [input.name], isVector: input.isVector)
    }
  }

  private mutating func appendSum(_ index: Int, of first: Int, and second: Int) {
    let areVectors = value(of: first).isVector && value(of: second).isVector
    let names = [first, second].map { areVectors ? value(of: $0).name : image(of: $0) }
    append("Add", index, inputs: names, isVector: areVectors)
  }

  /// Appends the transposition of groups and the channels of each.
  private mutating func appendShuffle(_ index: Int, shape: TensorShape, groups: Int) {
    let (name, positions) = (nodeName(index), [shape.height, shape.width])
    func sizes(_ suffix: String, _ channels: [Int]) -> String {
      let list = ([1] + channels + positions).map(Int64.init)
      graph.initializers.append(
        ONNXTensor(name: "\(index).\(suffix)", NumericArray(shape: [list.count], list)))
      return "\(index).\(suffix)"
    }
    graph.nodes.append(
      ONNXNode(
        name: name + ".split", operation: "Reshape",
        inputs: [
          image(of: network.nodes[index].inputs[0]),
          sizes("grouped", [groups, shape.channels / groups]),
        ], outputs: [name + ".split"]))
    graph.nodes.append(
      ONNXNode(
        name: name + ".deal", operation: "Transpose", inputs: [name + ".split"],
        outputs: [name + ".deal"], attributes: ["perm": .integers([0, 2, 1, 3, 4])]))
    append("Reshape", index, inputs: [name + ".deal", sizes("joined", [shape.channels])])
  }

  /// Appends the mean, two pointwise convolutions and the scaling.
  private mutating func appendSqueezeExcitation(_ index: Int, channels: Int, hidden: Int) {
    let input = image(of: network.nodes[index].inputs[0])
    func step(_ name: String) -> String { "\(index).\(name)" }
    func emit(
      _ operation: String, _ name: String, _ inputs: [String],
      _ attributes: [String: ONNXAttribute] = [:]
    ) {
      graph.nodes.append(
        ONNXNode(
          name: "\(nodeName(index)).\(name)", operation: operation, inputs: inputs,
          outputs: [step(name)], attributes: attributes))
    }
    let squeeze = [
      stored(
        .squeezeWeight, of: index, shape: [hidden, channels, 1, 1], inputs: channels,
        outputs: hidden), stored(.squeezeBias, of: index),
    ]
    let excite = [
      stored(
        .exciteWeight, of: index, shape: [channels, hidden, 1, 1], inputs: hidden,
        outputs: channels), stored(.exciteBias, of: index),
    ]
    emit("GlobalAveragePool", "mean", [input])
    emit("Conv", "squeeze", [step("mean")] + squeeze)
    emit("Relu", "hidden", [step("squeeze")])
    emit("Conv", "excite", [step("hidden")] + excite)
    emit(
      "HardSigmoid", "gate", [step("excite")], ["alpha": .float(1 / 6), "beta": .float(0.5)])
    append("Mul", index, inputs: [input, step("gate")])
  }
}
