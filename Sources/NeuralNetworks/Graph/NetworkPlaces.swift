/// Places in a network that have names, so that other networks can be compared with it there.
///
/// A place is an output that everything passes through: no path from the image to the logits goes around it. Where
/// such outputs follow each other, as a convolution's, its norm's and its activation's do, the last one counts, and
/// the wide tensors inside a bottleneck do not. So:
///
/// - `block1`, `block2`, … are the ends of blocks, the stem's among them, up to the global mean or the first dense
///   layer;
/// - `stage1`, `stage2`, … are the last blocks before the resolution changes, and the last of all;
/// - `pooled` is the output of the global mean.
///
/// `head` names no place but what comes after the last block.
public struct NetworkPlaces: Hashable, Sendable {
  /// One place.
  public struct Place: Hashable, Sendable {
    public let name: String
    public let node: Int
    /// Of one image.
    public let shape: TensorShape
    /// The layers with weights up to it as a share of those of the network, on the longest path, 0…1.
    public let relativeDepth: Double
  }

  /// From the image to the logits.
  public let blocks: [Place]
  public let stages: [Place]
  public let pooled: Place?
  private let nodeCount: Int

  public init(_ network: Network) {
    let survey = PlaceSurvey(network)
    let (depths, depth) = (network.depths, max(1, network.depth))
    func place(_ node: Int, _ name: String) -> Place {
      Place(
        name: name, node: node, shape: network.nodes[node].shape,
        relativeDepth: Double(depths[node]) / Double(depth))
    }
    let ends = survey.blockEnds
    blocks = ends.enumerated().map { place($1, "block\($0 + 1)") }
    let last = ends.indices.filter { index in
      index + 1 == ends.count
        || !network.nodes[ends[index]].shape.hasResolution(of: network.nodes[ends[index + 1]].shape)
    }
    stages = last.enumerated().map { place(ends[$1], "stage\($0 + 1)") }
    pooled = survey.pooled.map { place($0, "pooled") }
    nodeCount = network.nodes.count
  }

  /// All places that can be named.
  public var all: [Place] { stages + blocks + (pooled.map { [$0] } ?? []) }

  /// Returns the place of a name, if the network has it.
  public func place(named name: String) -> Place? { all.first { $0.name == name } }

  /// Returns the layers from the place before to the one of a name, or those of the `head`, if the network has them.
  public func nodes(ofPart name: String) -> Range<Int>? {
    if name == NetworkParts.head { return (blocks.last?.node ?? 0) + 1..<nodeCount }
    for list in [blocks, stages] {
      guard let index = list.firstIndex(where: { $0.name == name }) else { continue }
      return (index == 0 ? 0 : list[index - 1].node) + 1..<list[index].node + 1
    }
    return nil
  }

  /// What a place may be called, for messages.
  public static let expectation = "a place such as \"stage2\", \"block3\" or \"pooled\""

  /// Whether some network may have a place of that name.
  public static func isName(_ name: String) -> Bool {
    name == "pooled" || isNumbered(name)
  }

  fileprivate static func isNumbered(_ name: String) -> Bool {
    for kind in ["stage", "block"] where name.hasPrefix(kind) {
      let digits = name.dropFirst(kind.count)
      return Int(digits).map { $0 > 0 && String($0) == digits } ?? false
    }
    return false
  }
}

/// The names of parts of networks: what lies between two neighbouring places is called as the second one.
public enum NetworkParts {
  /// What comes after the last block.
  public static let head = "head"

  /// What a part may be called, for messages.
  public static let expectation = "a part such as \"stage2\", \"block3\" or \"head\""

  /// Whether some network may have a part of that name.
  public static func isName(_ name: String) -> Bool {
    name == head || NetworkPlaces.isNumbered(name)
  }
}

extension NetworkPlaces: CustomStringConvertible {
  /// All places with their shapes, for messages.
  public var description: String {
    all.isEmpty ? "no places" : all.map { "\($0.name) (\($0.shape))" }.joined(separator: ", ")
  }
}

extension TensorShape {
  /// Whether height and width are those of another shape.
  public func hasResolution(of other: TensorShape) -> Bool {
    height == other.height && width == other.width
  }
}

/// Finds the ends of a network's blocks.
private struct PlaceSurvey {
  private let network: Network
  /// The nodes that read each one.
  private let readers: [[Int]]
  /// Whether some reader passes by a node: reads one before it and stands behind it.
  private let isPassedBy: [Bool]

  init(_ network: Network) {
    var readers = [[Int]](repeating: [], count: network.nodes.count)
    var changes = [Int](repeating: 0, count: network.nodes.count + 1)
    for (index, node) in network.nodes.enumerated() {
      for input in node.inputs {
        readers[input].append(index)
        changes[input + 1] += 1
        changes[index] -= 1
      }
    }
    var passing = 0
    isPassedBy = network.nodes.indices.map { index in
      passing += changes[index]
      return passing > 0
    }
    (self.network, self.readers) = (network, readers)
  }

  /// The first layer that everything passes through and that has no resolution any more.
  private var end: Int {
    network.nodes.indices.first { !isPassedBy[$0] && network.joinsPositions($0) }
      ?? network.nodes.count - 1
  }

  /// The global mean, if everything passes through it.
  var pooled: Int? {
    isPooling(end) && end < network.nodes.count - 1 ? end : nil
  }

  /// The last outputs of blocks, ascending.
  var blockEnds: [Int] {
    var ends: [Int] = []
    for index in 1..<end where !isPassedBy[index] && endsChain(index) {
      if !isInsideBottleneck(index, after: ends.last) { ends.append(index) }
    }
    return ends
  }

  /// Whether a layer only changes values where they are, so that it belongs to the layer before it.
  private func continues(_ node: Int) -> Bool {
    switch network.nodes[node].layer {
    case .batchNorm, .layerNorm, .activation, .gelu, .squeezeExcitation, .dropout, .zero,
      .channelShuffle:
      true
    case .input, .convolution, .groupedConvolution, .depthwiseConvolution, .add, .pooling,
      .globalAveragePool, .dense:
      false
    }
  }

  private func endsChain(_ node: Int) -> Bool {
    readers[node].count != 1 || !continues(readers[node][0])
  }

  /// The layer to which a node belongs.
  private func chainHead(of node: Int) -> Int {
    var node = node
    while continues(node) { node = network.nodes[node].inputs[0] }
    return node
  }

  /// Whether a layer is a global mean or the like: it joins the positions of each channel without weights.
  private func isPooling(_ node: Int) -> Bool {
    !network.nodes[node].layer.family.addsDepth && network.joinsPositions(node)
  }

  private func isPointwise(_ node: Int) -> Bool {
    if case .convolution(let window, _, _, _, _) = network.nodes[node].layer {
      return window == WindowSize(side: 1)
    }
    return false
  }

  private func isDepthwise(_ node: Int) -> Bool {
    if case .depthwiseConvolution = network.nodes[node].layer { return true }
    return false
  }

  /// Whether a chain ends between a block's own layers: before the projection of a depthwise convolution, or behind
  /// the expansion before one or before the global mean.
  ///
  /// - Parameter last: The end of the block before.
  private func isInsideBottleneck(_ node: Int, after last: Int?) -> Bool {
    guard readers[node].count == 1 else { return false }
    let (head, reader) = (chainHead(of: node), readers[node][0])
    if isDepthwise(head) { return isPointwise(reader) }
    guard let last, isPointwise(head), network.nodes[head].inputs == [last],
      network.nodes[node].shape.channels > network.nodes[last].shape.channels,
      network.nodes[node].shape.hasResolution(of: network.nodes[last].shape)
    else { return false }
    return isPooling(reader) || isDepthwise(reader)
  }
}
