import NeuralNetworks

extension BlueprintAssembly {
  /// Appends what is left of a graph: its live edges, node after node.
  ///
  /// Where nothing leads to the output, that is zeros of the input's shape.
  func append(_ graph: Blueprint.Graph, at path: String) throws(SearchSpaceError) {
    let live = graph.declared.live(in: architecture)
    if notesIdleKernels { try noteIdleKernels(of: graph, at: path) }
    guard !live.edges.isEmpty else { return try append(.zero, at: path) }
    // For each node of the graph, the node of the network that gives its tensor.
    var outputs = Array(repeating: builder.current, count: live.nodeCount)
    for node in 1..<live.nodeCount {
      let edges = live.edges.filter { $0.to == node }
      // Tensors as they are come first: a sum joins the last layer of an operation if the other
      // tensor is there before it.
      var sum: Int?
      for edge in edges.filter({ $0.operation == nil }) + edges.filter({ $0.operation != nil }) {
        builder.current = outputs[edge.from]
        if let operation = edge.operation {
          try append(operation, on: graph.edges[edge.index], of: graph)
        }
        if let sum { try add(sum, at: path) }
        sum = builder.current
      }
      if let sum { outputs[node] = sum }
    }
    builder.current = outputs[live.nodeCount - 1]
  }

  /// Appends the layers of the operation on an edge; they read the current node.
  private func append(
    _ operation: Int, on edge: Blueprint.Graph.Edge, of graph: Blueprint.Graph
  ) throws(SearchSpaceError) {
    let shape = builder.currentShape
    try append(graph.bodies[operation])
    guard builder.currentShape == shape else {
      throw unbuildable(
        edge.path,
        "\"\(graph.declared.operationNames[operation])\" makes \(builder.currentShape) of \(shape), "
          + "but an edge of a graph must keep the shape")
    }
  }
}

extension BlueprintAssembly {
  /// Notes the kernels of the edges on no path from input to output: each edge's operation, and the sum
  /// that takes its result in.
  private func noteIdleKernels(of graph: Blueprint.Graph, at path: String) throws(SearchSpaceError)
  {
    let network = builder
    let shape = builder.currentShape
    for edge in graph.declared.idle(in: architecture) {
      builder = NetworkBuilder(input: shape)
      let start = builder.current
      if let operation = edge.operation {
        try append(operation, on: graph.edges[edge.index], of: graph)
      }
      try add(start, at: path)
      do {
        // A network ends with a vector; what makes it one here is not the edge's.
        try builder.append(.globalAveragePool)
        idleKernels += try builder.network().inferenceKernels.dropLast()
      } catch {
        throw unbuildable(path, error.description)
      }
    }
    builder = network
  }
}
