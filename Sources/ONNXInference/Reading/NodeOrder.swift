import FileFormats

extension ONNXGraph {
  /// Returns the nodes that the wanted outputs depend on, each after what it reads.
  ///
  /// Nodes keep their order where they can, so that messages follow the file.
  ///
  /// - Throws: `FileFormatError` if two nodes give one tensor, something is read that nothing gives, or nodes read
  ///   each other in a circle.
  func orderedNodes(for outputs: [String], path: String) throws -> [ONNXNode] {
    func malformed(_ location: String, _ found: String, _ expected: String) -> FileFormatError {
      .malformed(path: path, location: location, found: found, expected: expected)
    }
    var given = Set(initializers.map(\.name)).union(inputs.map(\.name))
    var producers: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty {
        guard producers.updateValue(index, forKey: output) == nil, !given.contains(output) else {
          throw malformed(
            "node '\(node.title)'", "a second source of '\(output)'", "one for every tensor")
        }
      }
    }
    given.insert("")
    enum Mark { case open, done }
    var marks = [Mark?](repeating: nil, count: nodes.count)
    var order: [ONNXNode] = []
    // Depth first, with a stack of our own: a chain of nodes may be longer than the system's.
    for output in outputs {
      guard let root = producers[output] else {
        guard given.contains(output) else {
          throw malformed("output '\(output)'", "no node that gives it", "one")
        }
        continue
      }
      var stack = [(node: root, input: 0)]
      if marks[root] == nil { marks[root] = .open } else { stack = [] }
      while let (node, place) = stack.last {
        guard place < nodes[node].inputs.count else {
          marks[node] = .done
          order.append(nodes[node])
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].input += 1
        let input = nodes[node].inputs[place]
        guard let producer = producers[input] else {
          guard given.contains(input) else {
            throw malformed(
              "node '\(nodes[node].title)'", "the input '\(input)', which nothing gives",
              "an initializer, the graph's input or a node's output")
          }
          continue
        }
        switch marks[producer] {
        case .done: continue
        case .open:
          throw malformed(
            "node '\(nodes[producer].title)'", "a circle of nodes that read each other",
            "a graph without circles")
        case nil:
          marks[producer] = .open
          stack.append((producer, 0))
        }
      }
    }
    return order
  }
}
