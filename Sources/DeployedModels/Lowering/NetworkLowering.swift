import NeuralNetworks

/// A network as an fp32 model, and where each of its nodes is in it.
public struct LoweredNetwork: Sendable {
  public let model: DeployedModel
  /// For each node, the tensor that holds its output; nil for one that is inside of an operator.
  public let tensorOfNode: [Int?]

  /// Describes a trained network as inference runs it: norms folded, dropout gone, activations fused where
  /// the runtimes can.
  ///
  /// - Parameters:
  ///   - parameters: `[ParameterLayout.parameterFloats]`
  ///   - statistics: `[ParameterLayout.statisticFloats]`
  /// - Throws: `DeploymentError` for a layer that no operator expresses.
  public init(
    _ network: Network, parameters: [Float], statistics: [Float]
  ) throws(DeploymentError) {
    let graph = InferenceGraph(network)
    try self.init(
      graph, weights: LoweredWeights(graph, parameters: parameters, statistics: statistics))
  }

  /// Describes a network before any training: a model whose weights and biases have no values.
  ///
  /// - Throws: `DeploymentError` for a layer that no operator expresses.
  public init(structureOf network: Network) throws(DeploymentError) {
    try self.init(InferenceGraph(network), weights: nil)
  }

  private init(
    _ graph: InferenceGraph, weights: LoweredWeights?
  ) throws(DeploymentError) {
    var lowering = NetworkLowering(graph, weights: weights)
    for group in graph.groups { try lowering.append(group) }
    (model, tensorOfNode) = lowering.finished()
  }
}

/// Turns the groups of an inference graph into operators, one after the other.
struct NetworkLowering {
  let network: Network
  /// Nil where only the structure is asked for.
  let weights: LoweredWeights?
  /// For each node, the node whose output it stands for; a dropout's is what it reads.
  let sources: [Int]

  var model: DeployedModel
  /// The tensor of each node that has run.
  var tensors: [Int: Int]

  init(_ graph: InferenceGraph, weights: LoweredWeights?) {
    network = graph.network
    (sources, self.weights) = (graph.sources, weights)
    let image = DeployedTensor(
      name: "input", shape: network.inputShape.deployed, type: .float32)
    model = DeployedModel(tensors: [image], operators: [], input: 0, output: 0)
    tensors = [0: 0]
  }

  /// Returns the model, whose output is `[1, classes]`, and the nodes' tensors.
  mutating func finished() -> (DeployedModel, [Int?]) {
    let last = network.nodes.count - 1
    model.output = vector(of: last)
    tensors[last] = model.output
    model.tensors[model.output].name = "logits"
    return (model, network.nodes.indices.map { tensors[sources[$0]] })
  }

  /// Appends the operators of a group: its head, then the add and the activation.
  mutating func append(_ group: FusedGroup) throws(DeploymentError) {
    let activation = network.activation(of: group)
    let fused = FusedActivation(activation)
    let addsOther = group.add != nil && group.add != group.head
    let isActivation = group.activation == nil && network.nodes[group.head].layer.isActivation
    // A convolution or dense layer takes the activation in; behind other heads it is an operator.
    let takesActivation = !addsOther && !isActivation && fused != nil && hasFusedActivation(group)
    var output = try appendHead(group, activation: takesActivation ? fused! : .none)
    if addsOther, let add = group.add, let addend = group.addend {
      output = appendSum(output, tensor(of: addend), name: name(add), fused ?? .none)
    }
    let isDone = takesActivation || isActivation || (addsOther && fused != nil)
    if activation != .identity, !isDone, let node = group.activation {
      output = append(activation.kind, inputs: [output], like: output, name: name(node))
    }
    tensors[group.output] = output
  }

  private func hasFusedActivation(_ group: FusedGroup) -> Bool {
    switch network.nodes[group.head].layer {
    case .convolution, .groupedConvolution, .depthwiseConvolution, .dense, .batchNorm, .add: true
    case .input, .activation, .squeezeExcitation, .zero, .layerNorm, .gelu, .channelShuffle,
      .pooling, .globalAveragePool, .dropout:
      false
    }
  }
}

extension NetworkLowering {
  func name(_ node: Int) -> String { "\(node).\(network.nodes[node].layer.name)" }

  /// Returns the tensor that holds a node's output.
  func tensor(of node: Int) -> Int {
    guard let tensor = tensors[sources[node]] else {
      preconditionFailure("node \(node) has not run")
    }
    return tensor
  }

  /// Returns a node's output as `[1, H · W · C]`.
  mutating func vector(of node: Int) -> Int {
    let source = tensor(of: node)
    let tensor = model.tensors[source]
    guard tensor.shape.count != 2 else { return source }
    return reshaped(source, to: [1, tensor.elementCount], name: tensor.name + ".vector")
  }

  /// Returns a node's output as `[1, H, W, C]`.
  mutating func image(of node: Int) -> Int {
    let source = tensor(of: node)
    let tensor = model.tensors[source]
    guard tensor.shape.count == 2 else { return source }
    return reshaped(source, to: [1, 1, 1, tensor.elementCount], name: tensor.name + ".image")
  }

  mutating func reshaped(_ source: Int, to shape: [Int], name: String) -> Int {
    let sizes = integers(name + ".shape", [shape.count], shape)
    return append(.reshape, inputs: [source, sizes], shape: shape, name: name)
  }

  /// Adds a constant that says how an operator works.
  mutating func integers(_ name: String, _ shape: [Int], _ values: [Int]) -> Int {
    model.tensors.append(
      DeployedTensor(name: name, shape: shape, values: .int32(values.map(Int32.init))))
    return model.tensors.count - 1
  }

  /// Adds a constant that does not depend on training.
  mutating func constant(_ name: String, _ value: Float) -> Int {
    model.tensors.append(DeployedTensor(name: name, shape: [1], values: .float32([value])))
    return model.tensors.count - 1
  }

  /// Adds a constant of trained values, which are asked for only where they are known.
  mutating func trained(
    _ name: String, _ shape: [Int], _ values: (LoweredWeights) -> [Float]
  ) -> Int {
    let tensor =
      if let weights {
        DeployedTensor(name: name, shape: shape, values: .float32(values(weights)))
      } else {
        DeployedTensor(name: name, shape: shape, type: .float32, isConstant: true)
      }
    model.tensors.append(tensor)
    return model.tensors.count - 1
  }

  /// Adds the weight and the bias of a head, `shape` with the outputs last, or in the order of training if `isDepthwise`.
  mutating func operands(
    _ index: Int, shape: [Int], isDepthwise: Bool = false
  ) -> [Int] {
    let channels = network.nodes[index].shape.channels
    let weight = trained("\(index).weight", shape) { weights in
      let values = weights.folded(index).weight
      return isDepthwise ? values : outputsFirst(values, outputs: channels)
    }
    let bias = trained("\(index).bias", [channels]) { weights in
      weights.folded(index).bias ?? [Float](repeating: 0, count: channels)
    }
    return [weight, bias]
  }

  /// Appends an operator and returns its output, of a shape.
  mutating func append(
    _ kind: DeployedOperator.Kind, inputs: [Int], shape: [Int], name: String,
    activation: FusedActivation = .none
  ) -> Int {
    model.tensors.append(DeployedTensor(name: name, shape: shape, type: .float32))
    let output = model.tensors.count - 1
    model.operators.append(
      DeployedOperator(kind, inputs: inputs, output: output, activation: activation))
    return output
  }

  /// Appends a sum of two tensors of one size; a vector becomes an image where the other is one.
  mutating func appendSum(
    _ first: Int, _ second: Int, name: String, _ activation: FusedActivation
  ) -> Int {
    var inputs = [first, second]
    let rank = inputs.map { model.tensors[$0].shape.count }.max() ?? 4
    for (place, input) in inputs.enumerated() where model.tensors[input].shape.count < rank {
      let tensor = model.tensors[input]
      inputs[place] = reshaped(
        input, to: [1, 1, 1, tensor.elementCount], name: tensor.name + ".image")
    }
    return append(.add, inputs: inputs, like: inputs[0], name: name, activation: activation)
  }

  /// Appends an operator whose output has the shape of another tensor.
  mutating func append(
    _ kind: DeployedOperator.Kind, inputs: [Int], like other: Int, name: String,
    activation: FusedActivation = .none
  ) -> Int {
    append(
      kind, inputs: inputs, shape: model.tensors[other].shape, name: name, activation: activation)
  }
}

extension TensorShape {
  /// `[1, H, W, C]`, or `[1, C]` for what a dense layer gives.
  var deployed: [Int] { [1, height, width, channels] }
}

extension Layer {
  var isActivation: Bool { if case .activation = self { true } else { false } }
}

extension FusedActivation {
  /// The activation as a convolution takes it in; nil for one that is an operator of its own.
  init?(_ activation: Activation) {
    switch activation {
    case .identity: self = .none
    case .relu: self = .relu
    case .relu6: self = .relu6
    case .hardSwish: return nil
    }
  }
}

extension Activation {
  /// The activation as an operator.
  var kind: DeployedOperator.Kind {
    switch self {
    case .identity: preconditionFailure("the identity is no operator")
    case .relu: .relu
    case .relu6: .relu6
    case .hardSwish: .hardSwish
    }
  }
}
