import FileFormats

extension ONNXModel {
  /// The most nodes that a graph may have with its functions written out.
  private static let mostNodes = 200_000
  private static let mostDepth = 32

  /// Writes the model's own functions out where they are used.
  ///
  /// - Throws: `FileFormatError` if functions use each other in a circle, or there would be too many nodes.
  mutating func inlineFunctions(path: String) throws {
    guard !functions.isEmpty else { return }
    let table = Dictionary(functions.map { ("\($0.domain)/\($0.name)", $0) }) { first, _ in first }
    var count = 0
    graph.nodes = try graph.nodes.flatMap {
      try ONNXModel.inlined($0, table, depth: 0, count: &count, path: path)
    }
  }

  private static func inlined(
    _ node: ONNXNode, _ table: [String: ONNXFunction], depth: Int, count: inout Int, path: String
  ) throws -> [ONNXNode] {
    guard let function = table["\(node.domain)/\(node.operation)"] else { return [node] }
    count += function.nodes.count
    guard depth < mostDepth, count <= mostNodes else {
      throw FileFormatError.malformed(
        path: path, location: "node '\(node.title)'",
        found: "functions that use each other more than \(mostDepth) deep, or \(mostNodes) nodes",
        expected: "fewer")
    }
    let prefix = "\(node.title)/\(count)/"
    var names: [String: String] = ["": ""]
    for (place, input) in function.inputs.enumerated() {
      names[input] = place < node.inputs.count ? node.inputs[place] : ""
    }
    for (place, output) in function.outputs.enumerated() where place < node.outputs.count {
      if !node.outputs[place].isEmpty { names[output] = node.outputs[place] }
    }
    func renamed(_ name: String) -> String { names[name] ?? prefix + name }
    var result: [ONNXNode] = []
    for inner in function.nodes {
      var copy = inner
      copy.name = prefix + (inner.name.isEmpty ? inner.operation : inner.name)
      copy.inputs = inner.inputs.map(renamed)
      copy.outputs = inner.outputs.map(renamed)
      for (name, attribute) in inner.attributes {
        guard case .reference(let own) = attribute else { continue }
        copy.attributes[name] = node.attributes[own] ?? function.defaults[own]
      }
      result += try inlined(copy, table, depth: depth + 1, count: &count, path: path)
    }
    // An output that is one of the inputs.
    for (place, output) in function.outputs.enumerated()
    where place < node.outputs.count && function.inputs.contains(output) {
      names[output] = function.inputs.firstIndex(of: output).map {
        $0 < node.inputs.count ? node.inputs[$0] : ""
      }
      result.append(
        ONNXNode(
          operation: "Identity", inputs: [renamed(output)], outputs: [node.outputs[place]]))
    }
    return result
  }
}
