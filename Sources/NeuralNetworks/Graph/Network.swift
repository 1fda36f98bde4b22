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
  public var depth: Int {
    var depths = [Int](repeating: 0, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      let longest = node.inputs.map { depths[$0] }.max() ?? 0
      switch node.layer {
      case .convolution, .groupedConvolution, .depthwiseConvolution, .dense:
        depths[index] = longest + 1
      default: depths[index] = longest
      }
    }
    return depths[nodes.count - 1]
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

  init(_ layer: Layer, _ reason: String) {
    self.layer = layer.name
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
    precondition(layer.inputCount == 1, "\(layer.name) does not read exactly one tensor")
    let shape = try layer.outputShape(for: currentShape)
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

extension Layer {
  /// Returns the shape of the layer's output for one image.
  func outputShape(for input: TensorShape) throws(NetworkError) -> TensorShape {
    func side(_ length: Int, kernel: Int, stride: Int, padding: Int) throws(NetworkError) -> Int {
      let result = (length + 2 * padding - kernel) / stride + 1
      guard length + 2 * padding >= kernel else {
        throw NetworkError(self, "a window of \(kernel) does not fit into \(input)")
      }
      return result
    }
    func window(kernel: Int, stride: Int, padding: Int, channels: Int) throws(NetworkError)
      -> TensorShape
    {
      TensorShape(
        height: try side(input.height, kernel: kernel, stride: stride, padding: padding),
        width: try side(input.width, kernel: kernel, stride: stride, padding: padding),
        channels: channels)
    }
    func check(_ condition: Bool, _ reason: String) throws(NetworkError) {
      guard condition else { throw NetworkError(self, reason) }
    }
    func convolution(kernel: Int, stride: Int, channels: Int) throws(NetworkError) -> TensorShape {
      try check(kernel > 0 && kernel % 2 == 1, "the kernel must be odd, got \(kernel)")
      try check(stride > 0, "the stride must be positive, got \(stride)")
      try check(channels > 0, "the number of channels must be positive, got \(channels)")
      return try window(kernel: kernel, stride: stride, padding: kernel / 2, channels: channels)
    }
    func checkGroups(_ groups: Int, divide channels: Int, _ whose: String) throws(NetworkError) {
      try check(groups > 1, "there must be at least 2 groups, got \(groups)")
      try check(
        channels % groups == 0,
        "the number of groups must divide the \(channels) channels of the \(whose), got \(groups)")
    }
    switch self {
    case .input, .add, .zero, .batchNorm, .activation:
      return input
    case .convolution(let kernel, let stride, let channels, _):
      return try convolution(kernel: kernel, stride: stride, channels: channels)
    case .groupedConvolution(let kernel, let stride, let channels, let groups, _):
      try checkGroups(groups, divide: input.channels, "input")
      try checkGroups(groups, divide: channels, "output")
      return try convolution(kernel: kernel, stride: stride, channels: channels)
    case .depthwiseConvolution(let kernel, let stride):
      return try convolution(kernel: kernel, stride: stride, channels: input.channels)
    case .squeezeExcitation(let hidden):
      try check(hidden > 0, "the hidden width must be positive, got \(hidden)")
      return input
    case .channelShuffle(let groups):
      try checkGroups(groups, divide: input.channels, "input")
      return input
    case .pooling(_, let kernel, let stride, let padding):
      try check(kernel > 0 && stride > 0, "kernel and stride must be positive")
      try check(
        padding >= 0 && padding < kernel, "the padding must be in 0..<\(kernel), got \(padding)")
      return try window(kernel: kernel, stride: stride, padding: padding, channels: input.channels)
    case .globalAveragePool:
      return TensorShape(channels: input.channels)
    case .dense(let channels):
      try check(channels > 0, "the number of channels must be positive, got \(channels)")
      return TensorShape(channels: channels)
    case .dropout(let rate):
      try check(rate >= 0 && rate < 1, "the rate must be in [0, 1), got \(rate)")
      return input
    }
  }
}
