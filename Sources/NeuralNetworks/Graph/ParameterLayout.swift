/// Where each tensor of a network lives in one flat buffer of floats.
///
/// First all weights, which decay, then norms' scales and shifts and biases, which do not, so that an
/// optimiser's step is two straight passes. Batch statistics have a buffer of their own. Every tensor
/// starts on a 64-byte boundary; the gaps hold zeros.
public struct ParameterLayout: Hashable, Sendable {
  /// What a tensor is for; with the node's index it names the tensor.
  public enum Role: String, Hashable, Sendable {
    case weight
    case bias
    /// The factor of a norm (γ).
    case scale
    /// The addend of a norm (β).
    case shift
    case squeezeWeight = "squeeze.weight"
    case squeezeBias = "squeeze.bias"
    case exciteWeight = "excite.weight"
    case exciteBias = "excite.bias"
    case runningMean = "running_mean"
    case runningVariance = "running_variance"
  }

  /// One tensor: its name's parts, its shape and its place.
  public struct Tensor: Hashable, Sendable {
    public let node: Int
    public let role: Role
    public let shape: [Int]
    /// The first float's index in the buffer of parameters, or of statistics for running ones.
    public let offset: Int
    let kind: LayerTensor.Kind

    /// Whether the tensor is kept by the forward pass, and not trained.
    public var isStatistic: Bool { kind.isStatistic }
    public var count: Int { shape.reduce(1, *) }
    /// The name in files, such as `12.weight`.
    public var name: String { "\(node).\(role.rawValue)" }
  }

  /// The trained tensors, in the order of their offsets.
  public let parameters: [Tensor]
  /// The running means and variances of batch norms.
  public let statistics: [Tensor]
  /// Floats in the buffer of parameters, gaps included.
  public let parameterFloats: Int
  /// Parameters at offsets below this decay; the others do not.
  public let decayedFloats: Int
  /// Floats in the buffer of statistics.
  public let statisticFloats: Int

  /// Lays out the tensors of `network`.
  public init(_ network: Network) {
    var weights: [(node: Int, tensor: LayerTensor)] = []
    var others: [(node: Int, tensor: LayerTensor)] = []
    var running: [(node: Int, tensor: LayerTensor)] = []
    for (index, node) in network.nodes.enumerated() where !node.inputs.isEmpty {
      for tensor in node.layer.family.tensors(network.place(of: index)) {
        switch tensor.kind {
        case .weight: weights.append((index, tensor))
        case .factor, .addend: others.append((index, tensor))
        case .runningMean, .runningVariance: running.append((index, tensor))
        }
      }
    }
    func place(
      _ list: [(node: Int, tensor: LayerTensor)], from start: Int
    ) -> (tensors: [Tensor], end: Int) {
      var offset = start
      var tensors: [Tensor] = []
      for (node, layerTensor) in list {
        let tensor = Tensor(
          node: node, role: layerTensor.role, shape: layerTensor.shape, offset: offset,
          kind: layerTensor.kind)
        tensors.append(tensor)
        offset += (tensor.count + 15) / 16 * 16
      }
      return (tensors, offset)
    }
    let decayed = place(weights, from: 0)
    let undecayed = place(others, from: decayed.end)
    let statistics = place(running, from: 0)
    self.parameters = decayed.tensors + undecayed.tensors
    self.statistics = statistics.tensors
    self.decayedFloats = decayed.end
    self.parameterFloats = undecayed.end
    self.statisticFloats = statistics.end
  }

  /// The number of trained parameters, gaps not counted.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

  /// Returns the tensor of `role` in `node`, which must exist.
  public func tensor(_ role: Role, of node: Int) -> Tensor {
    func matches(_ tensor: Tensor) -> Bool { tensor.node == node && tensor.role == role }
    guard let found = parameters.first(where: matches) ?? statistics.first(where: matches)
    else { preconditionFailure("node \(node) has no \(role.rawValue)") }
    return found
  }
}
