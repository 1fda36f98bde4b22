/// Where each tensor of an inference plan lives, and when.
struct InferenceLayout: Sendable {
  /// The groups that run, in order; dropout is left out.
  let groups: [FusedGroup]
  /// For each node that is some group's output (or the input), the offset of its buffer in floats.
  let offsets: [Int: Int]
  let arena: ArenaLayout

  /// Lays out `network` for up to `capacity` images at once.
  init(_ network: Network, capacity: Int, alignment: Int = 16) {
    let source = network.inferenceSources
    let groups = network.fusedGroups.filter {
      if case .dropout = network.nodes[$0.head].layer { return false }
      return true
    }
    var lastUse = [0: 0]
    for (step, group) in groups.enumerated() {
      for input in network.nodes[group.head].inputs + [group.addend].compactMap({ $0 }) {
        lastUse[source[input]] = step
      }
    }
    var requests = [
      ArenaLayout.Request(
        floats: capacity * network.inputShape.elementCount, firstUse: 0, lastUse: lastUse[0] ?? 0)
    ]
    var owners = [0]
    for (step, group) in groups.enumerated() {
      let floats = capacity * network.nodes[group.output].shape.elementCount
      requests.append(
        ArenaLayout.Request(
          floats: floats, firstUse: step, lastUse: max(step, lastUse[group.output] ?? step)))
      owners.append(group.output)
    }
    let arena = ArenaLayout(requests, alignment: alignment)
    var offsets: [Int: Int] = [:]
    for (owner, offset) in zip(owners, arena.offsets) { offsets[owner] = offset }
    for (node, origin) in source.enumerated() where origin != node {
      offsets[node] = offsets[origin]
    }
    (self.groups, self.offsets, self.arena) = (groups, offsets, arena)
  }
}

extension Network {
  /// For each node, the node whose buffer holds its output at inference: itself, or what a dropout reads.
  var inferenceSources: [Int] {
    var sources = Array(nodes.indices)
    for (index, node) in nodes.enumerated() {
      if case .dropout = node.layer { sources[index] = sources[node.inputs[0]] }
    }
    return sources
  }
}
