/// Layers that run as one kernel: a head and the norm, residual add and activation that follow it.
///
/// Both the training plan and the inference plan execute groups, and hardware profiles price them, so
/// there is one rule for what is fused: a head's only reader joins its group, in the order
/// norm → add → activation, if what it adds is computed before the head.
public struct FusedGroup: Hashable, Sendable {
  /// The index of the node that leads. A norm or add that no other head could take in leads its own.
  public let head: Int
  public var norm: Int?
  /// The `add` node, if one is fused.
  public var add: Int?
  /// The node whose output the add reads beside the head's.
  public var addend: Int?
  public var activation: Int?
  /// The node whose output the group gives.
  public var output: Int
}

extension Network {
  /// The groups in the order in which they run. The input node has none.
  public var fusedGroups: [FusedGroup] {
    var readerCounts = [Int](repeating: 0, count: nodes.count)
    var lastReaders = [Int](repeating: 0, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      for input in node.inputs {
        readerCounts[input] += 1
        lastReaders[input] = index
      }
    }
    func onlyReader(of node: Int) -> Int? { readerCounts[node] == 1 ? lastReaders[node] : nil }

    var groups: [FusedGroup] = []
    var isFused = [Bool](repeating: false, count: nodes.count)
    for (index, node) in nodes.enumerated() where !node.inputs.isEmpty && !isFused[index] {
      var group = FusedGroup(head: index, output: index)
      if node.layer.leadsFusion {
        if case .batchNorm = node.layer {
          group.norm = index
        } else if case .add = node.layer {
          (group.add, group.addend) = (index, node.inputs[1])
        } else if let next = onlyReader(of: group.output), case .batchNorm = nodes[next].layer {
          (group.norm, group.output) = (next, next)
        }
        if group.add == nil, let next = onlyReader(of: group.output),
          case .add = nodes[next].layer,
          let addend = nodes[next].inputs.first(where: { $0 != group.output }), addend < index
        {
          (group.add, group.addend, group.output) = (next, addend, next)
        }
        if let next = onlyReader(of: group.output), case .activation = nodes[next].layer {
          (group.activation, group.output) = (next, next)
        }
        if let norm = group.norm { isFused[norm] = true }
        if let add = group.add { isFused[add] = true }
        if let activation = group.activation { isFused[activation] = true }
      }
      groups.append(group)
    }
    return groups
  }

  /// The activation that ends `group`.
  public func activation(of group: FusedGroup) -> Activation {
    if let index = group.activation, case .activation(let kind) = nodes[index].layer { return kind }
    return .identity
  }
}

extension Layer {
  /// Whether a norm, an add and an activation can run in this layer's kernel.
  var leadsFusion: Bool {
    switch self {
    case .convolution, .groupedConvolution, .depthwiseConvolution, .dense, .batchNorm, .add: true
    default: false
    }
  }
}
