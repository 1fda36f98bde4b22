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
  /// The node whose output the add reads as well as the head's.
  public var addend: Int?
  public var activation: Int?
  /// The node whose output the group gives.
  public var output: Int

  /// Whether anything follows the head in its group.
  var hasTail: Bool { norm != nil || add != nil || activation != nil }
}

/// What a node is to the rule of fusion.
public enum FusionRole: Hashable, Sendable {
  /// A layer whose kernel can take in a norm, an add and an activation.
  case head
  case norm
  /// A sum of exactly two tensors of one shape.
  case add
  case activation
  /// Anything else: a group of its own.
  case alone

  /// Whether the layer, where it leads a group, computes nothing as the head: the group's norm, add or
  /// activation reads the head's input.
  var readsInputDirectly: Bool {
    switch self {
    case .norm, .add, .activation: true
    case .head, .alone: false
    }
  }
}

extension FusedGroup {
  /// Groups the nodes of a graph in the order in which they run; nodes that read nothing have no group.
  ///
  /// - Parameters:
  ///   - roles: What each node is.
  ///   - inputs: The nodes that each reads, all with smaller indices.
  ///   - keeping: Nodes that somebody outside the graph reads as well: each is the output of its group.
  public static func groups(
    roles: [FusionRole], inputs: [[Int]], keeping: Set<Int> = []
  ) -> [FusedGroup] {
    var readerCounts = [Int](repeating: 0, count: roles.count)
    var lastReaders = [Int](repeating: 0, count: roles.count)
    for (index, read) in inputs.enumerated() {
      for input in read {
        readerCounts[input] += 1
        lastReaders[input] = index
      }
    }
    for node in keeping { readerCounts[node] += 1 }
    func onlyReader(of node: Int, is role: FusionRole) -> Int? {
      let reader = lastReaders[node]
      return readerCounts[node] == 1 && roles[reader] == role ? reader : nil
    }

    var groups: [FusedGroup] = []
    var isFused = [Bool](repeating: false, count: roles.count)
    for (index, role) in roles.enumerated() where !inputs[index].isEmpty && !isFused[index] {
      var group = FusedGroup(head: index, output: index)
      switch role {
      case .head:
        if let next = onlyReader(of: index, is: .norm) { (group.norm, group.output) = (next, next) }
      case .norm: group.norm = index
      case .add: (group.add, group.addend) = (index, inputs[index][1])
      case .activation, .alone:
        groups.append(group)
        continue
      }
      if group.add == nil, let next = onlyReader(of: group.output, is: .add),
        let addend = inputs[next].first(where: { $0 != group.output }), addend < index
      {
        (group.add, group.addend, group.output) = (next, addend, next)
      }
      if let next = onlyReader(of: group.output, is: .activation) {
        (group.activation, group.output) = (next, next)
      }
      if let norm = group.norm { isFused[norm] = true }
      if let add = group.add { isFused[add] = true }
      if let activation = group.activation { isFused[activation] = true }
      groups.append(group)
    }
    return groups
  }
}
