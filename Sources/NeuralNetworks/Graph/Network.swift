/// A network: layers in an order in which each follows its inputs, with every shape known.
///
/// The invariant: node 0 is the only input; a node's inputs have smaller indices; the last node is the
/// output, a vector of logits. A `Network` has no weights: they are in a `ParameterLayout`'s flat buffer.
public struct Network: Hashable, Sendable {
  /// One layer in its place.
  public struct Node: Hashable, Sendable {
    public let layer: Layer
    /// The indices of the nodes whose outputs this one reads.
    public let inputs: [Int]
    /// The shape of this node's output for one image.
    public let shape: TensorShape
  }

  public let nodes: [Node]

  /// The shape of one input image.
  public var inputShape: TensorShape { nodes[0].shape }
  /// The shape of the output for one image; the classes are its channels.
  public var outputShape: TensorShape { nodes[nodes.count - 1].shape }

  init(nodes: [Node]) { self.nodes = nodes }

  /// Returns the shape that node `index` reads (its first input).
  public func inputShape(of index: Int) -> TensorShape { nodes[nodes[index].inputs[0]].shape }

  /// The most layers with weights, other than norms and gates, on one path from the input to the output.
  public var depth: Int { depths[nodes.count - 1] }

  /// For each node, the most such layers on one path from the input to its output.
  public var depths: [Int] {
    var depths = [Int](repeating: 0, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      let longest = node.inputs.map { depths[$0] }.max() ?? 0
      depths[index] = longest + (node.layer.family.addsDepth ? 1 : 0)
    }
    return depths
  }

  /// For each node, how many nodes read its output.
  public var consumerCounts: [Int] {
    var counts = [Int](repeating: 0, count: nodes.count)
    for node in nodes { for input in node.inputs { counts[input] += 1 } }
    return counts
  }
}

/// A layer that does not fit where it was put.
public struct NetworkError: Error, Hashable, CustomStringConvertible {
  public let layer: String
  public let reason: String

  public var description: String { "\(layer): \(reason)" }

  init(_ layer: Layer, _ reason: String) { self.init(layer.name, reason) }

  init(_ layer: String, _ reason: String) {
    self.layer = layer
    self.reason = reason
  }
}

/// Builds a `Network` layer by layer.
///
///     var builder = NetworkBuilder(input: TensorShape(height: 28, width: 28, channels: 1))
///     try builder.append(.convolution(kernel: 3, stride: 2, channels: 16, bias: false))
///     try builder.append(.batchNorm)
///     let network = try builder.network()
public struct NetworkBuilder {
  private var nodes: [Network.Node]

  /// The node that `append` continues from: the last one appended, or what it was set to.
  public var current: Int

  /// Begins a network that reads images of shape `input`.
  public init(input: TensorShape) {
    nodes = [Network.Node(layer: .input, inputs: [], shape: input)]
    current = 0
  }

  /// The shape of the current node's output.
  public var currentShape: TensorShape { nodes[current].shape }

  /// Returns the shape of node `index`'s output.
  public func shape(of index: Int) -> TensorShape { nodes[index].shape }

  /// Appends a layer that reads the current node, and makes it the current one.
  ///
  /// - Returns: The new node's index.
  /// - Throws: `NetworkError` if the layer cannot work on the current shape.
  @discardableResult
  public mutating func append(_ layer: Layer) throws(NetworkError) -> Int {
    let family = layer.family
    precondition(family.inputCount == 1, "\(family.name) does not read exactly one tensor")
    let shape = try family.outputShape(for: currentShape)
    nodes.append(Network.Node(layer: layer, inputs: [current], shape: shape))
    current = nodes.count - 1
    return current
  }

  /// Adds the output of node `other` to the current node's; it may be the same node.
  ///
  /// - Throws: `NetworkError` if the shapes differ.
  @discardableResult
  public mutating func add(_ other: Int) throws(NetworkError) -> Int {
    guard nodes[other].shape == currentShape else {
      throw NetworkError(.add, "cannot add \(nodes[other].shape) to \(currentShape)")
    }
    nodes.append(Network.Node(layer: .add, inputs: [current, other], shape: currentShape))
    current = nodes.count - 1
    return current
  }

  /// Returns the finished network.
  ///
  /// - Throws: `NetworkError` if the current node is not a vector, or a node's output is never read.
  public func network() throws(NetworkError) -> Network {
    let network = Network(nodes: nodes)
    guard nodes.count > 1 else {
      throw NetworkError(.input, "a network needs at least one layer")
    }
    guard currentShape.positionCount == 1 else {
      throw NetworkError(
        nodes[current].layer, "the output must be a vector of logits, got \(currentShape)")
    }
    guard current == nodes.count - 1 else {
      throw NetworkError(nodes[current].layer, "the output must be the last layer added")
    }
    for (index, count) in network.consumerCounts.dropLast().enumerated() where count == 0 {
      throw NetworkError(nodes[index].layer, "the output of node \(index) is never read")
    }
    return network
  }
}
