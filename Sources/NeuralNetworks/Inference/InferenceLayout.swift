/// Where each tensor of an inference plan lives, and when.
struct InferenceLayout: Sendable {
  /// For each node that is some group's output (or the input), the offset of its buffer in floats;
  /// −1 for nodes that have no buffer.
  let offsets: [Int]
  let arena: ArenaLayout

  /// Lays out a network for up to `capacity` images at once.
  init(_ graph: InferenceGraph, capacity: Int, alignment: Int = 16) {
    let network = graph.network
    let sources = graph.sources
    var lastUse = [Int](repeating: -1, count: network.nodes.count)
    for (step, group) in graph.groups.enumerated() {
      for input in network.nodes[group.head].inputs { lastUse[sources[input]] = step }
      if let addend = group.addend { lastUse[sources[addend]] = step }
    }
    for node in graph.features { lastUse[sources[node]] = graph.groups.count }
    var requests = [
      ArenaLayout.Request(
        floats: capacity * network.inputShape.elementCount, firstUse: 0, lastUse: max(0, lastUse[0])
      )
    ]
    for (step, group) in graph.groups.enumerated() {
      requests.append(
        ArenaLayout.Request(
          floats: capacity * network.nodes[group.output].shape.elementCount, firstUse: step,
          lastUse: max(step, lastUse[group.output])))
    }
    let arena = ArenaLayout(requests, alignment: alignment)
    var offsets = [Int](repeating: -1, count: network.nodes.count)
    offsets[0] = arena.offsets[0]
    for (index, group) in graph.groups.enumerated() {
      offsets[group.output] = arena.offsets[index + 1]
    }
    for (node, source) in sources.enumerated() where source != node {
      offsets[node] = offsets[source]
    }
    (self.offsets, self.arena) = (offsets, arena)
  }
}
