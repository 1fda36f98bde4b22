extension Blueprint {
  /// The graphs of the blocks and the blueprint, in the order of their elements, equal ones once.
  var graphs: [DeclaredGraph] {
    var graphs: [DeclaredGraph] = []
    for graph in (blocks.flatMap(\.body) + elements).flatMap(\.graphs)
    where !graphs.contains(graph) {
      graphs.append(graph)
    }
    return graphs
  }
}

extension Blueprint.Element {
  /// The graphs of the element and of those inside it, an outer one before those inside it.
  fileprivate var graphs: [DeclaredGraph] {
    switch content {
    case .layer, .call: []
    case .repetition(_, let body): body.elements.flatMap(\.graphs)
    case .condition(_, let first, let second):
      (first.elements + (second?.elements ?? [])).flatMap(\.graphs)
    case .choice(_, let cases): cases.flatMap(\.branch.elements).flatMap(\.graphs)
    case .residual(let body, let projection, _): (body + (projection ?? [])).flatMap(\.graphs)
    case .graph(let graph): [graph.declared] + graph.bodies.joined().flatMap(\.graphs)
    }
  }
}
