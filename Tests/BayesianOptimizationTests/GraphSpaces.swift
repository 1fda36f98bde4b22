import Foundation
import RandomStreams
import SearchSpaces

@testable import BayesianOptimization

/// An edge of a graph, with the index of the parameter that chooses its operation.
struct TestEdge {
  var from: Int
  var to: Int
  var parameter: Int
}

/// The values that an edge's parameter may have, and what they stand for.
let edgeValues = ["none", "skip", "conv", "pool"]
private let edgeOperations = [
  "none": "\"none\"", "skip": "[]",
  "conv": #"[{"layer": "convolution", "kernel": 3, "channels": "$channels"}]"#,
  "pool": #"[{"layer": "pooling", "kind": "max", "kernel": 3}]"#,
]

/// Returns a space of the plain parameters p0, p1, …, and of e0, e1, … on the edges of graphs.
///
/// - Parameters:
///   - edges: The values of the parameters on edges, each of `edgeValues`.
///   - graphs: The edges of each graph; together they use all parameters.
///   - isConditional: Whether the graphs and their parameters are there only if p0 is 1.
func makeGraphSpace(
  _ plain: [TestParameter] = [], edges: [[String]], graphs: [[TestEdge]],
  isConditional: Bool = false
) throws -> SearchSpace {
  let declarations = edges.enumerated().map { index, values in
    let values = values.map { "\"\($0)\"" }.joined(separator: ", ")
    let when = isConditional ? ", \"when\": {\"p0\": [1]}" : ""
    return "{\"name\": \"e\(index)\", \"values\": [\(values)]\(when)}"
  }
  let elements = graphs.map { graph in
    let used = edgeValues.filter { value in graph.contains { edges[$0.parameter].contains(value) } }
    let operations = used.map { "\"\($0)\": \(edgeOperations[$0] ?? "")" }
    let list = graph.map {
      "{\"from\": \($0.from), \"to\": \($0.to), \"operation\": \"$e\($0.parameter)\"}"
    }
    return """
      {"graph": {"operations": {\(operations.joined(separator: ", "))},
       "edges": [\(list.joined(separator: ", "))]}}
      """
  }
  let body = elements.joined(separator: ", ")
  return try makeSpace(
    plain, declarations: declarations,
    elements: [isConditional ? "{\"if\": \"$p0 == 1\", \"then\": [\(body)]}" : body])
}

/// Returns a space of one graph with an edge between any two of its nodes, all of whose operations are
/// free.
func makeCellSpace(nodes: Int, _ plain: [TestParameter] = []) throws -> SearchSpace {
  var graph: [TestEdge] = []
  for to in 1..<nodes {
    for from in 0..<to { graph.append(TestEdge(from: from, to: to, parameter: graph.count)) }
  }
  return try makeGraphSpace(
    plain, edges: graph.map { _ in edgeValues }, graphs: [graph])
}

/// Returns a space of one or two small graphs, some of them conditional, some edges sharing a parameter,
/// and of up to two plain parameters.
func randomGraphSpace(using random: inout RandomStream) throws -> SearchSpace {
  let isConditional = random.integer(below: 3) == 0
  var plain: [TestParameter] = []
  for _ in 0..<random.integer(below: 3) {
    plain.append(
      TestParameter(
        count: 2 + random.integer(below: 2), isCategorical: random.integer(below: 2) == 0))
  }
  if isConditional && plain.isEmpty { plain.append(TestParameter(count: 2)) }
  var edges: [[String]] = []
  var graphs: [[TestEdge]] = []
  for _ in 0..<(1 + random.integer(below: 2)) {
    let nodes = 2 + random.integer(below: graphs.isEmpty ? 3 : 1)
    var graph: [TestEdge] = []
    for from in 0..<(nodes - 1) {
      for to in (from + 1)..<nodes where to == from + 1 || random.integer(below: 2) == 0 {
        let isShared = !edges.isEmpty && random.integer(below: 4) == 0
        if !isShared {
          let values = edgeValues.shuffled(using: &random).prefix(1 + random.integer(below: 3))
          edges.append(Array(values))
        }
        let parameter = isShared ? random.integer(below: edges.count) : edges.count - 1
        graph.append(TestEdge(from: from, to: to, parameter: parameter))
      }
    }
    graphs.append(graph.shuffled(using: &random))
  }
  return try makeGraphSpace(plain, edges: edges, graphs: graphs, isConditional: isConditional)
}

/// Returns the shipped space of the cells of NAS-Bench-201: 15,625 points, all of them in a graph.
func cellBenchmarkSpace() throws -> SearchSpace {
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  return try SearchSpace(contentsOf: root.appending(path: "SearchSpaces/nas-bench-201.json").path())
}

/// The operations on every path from the first to the last node of a graph, nil for the identity, and
/// the edges on them: found by walking along each.
struct GraphPaths {
  private(set) var paths: [[Int?]] = []
  private(set) var liveEdges: Set<Int> = []

  init(_ graph: DeclaredGraph, _ architecture: Architecture) {
    walk(0, [], [], graph, architecture)
  }

  private mutating func walk(
    _ node: Int, _ edges: [Int], _ operations: [Int?], _ graph: DeclaredGraph,
    _ architecture: Architecture
  ) {
    if node == graph.nodeCount - 1 {
      paths.append(operations)
      liveEdges.formUnion(edges)
    }
    for (index, edge) in graph.edges.enumerated() where edge.from == node {
      switch edge.roles[architecture.choices[edge.parameter]] {
      case .absent: break
      case .identity: walk(edge.to, edges + [index], operations + [nil], graph, architecture)
      case .operation(let operation):
        walk(edge.to, edges + [index], operations + [operation], graph, architecture)
      }
    }
  }

  /// The columns that a surrogate sees, as they are documented.
  func columns(_ graph: DeclaredGraph, _ architecture: Architecture) -> GraphFeatures.Columns {
    let operations = graph.operationNames.indices
    func code(_ edge: Int) -> Int? {
      guard liveEdges.contains(edge) else { return nil }
      switch graph.edges[edge].roles[architecture.choices[graph.edges[edge].parameter]] {
      case .absent: return nil
      case .identity: return operations.count
      case .operation(let operation): return operation
      }
    }
    let codes = graph.edges.indices.map(code)
    let lengths = paths.map { Double($0.count { $0 != nil }) }
    let most = operations.map { operation in
      paths.map { Double($0.count { $0 == operation }) }.max() ?? 0
    }
    return GraphFeatures.Columns(
      edges: codes.map { Double($0 ?? -1) },
      counts: (0...operations.count).map { code in Double(codes.count { $0 == code }) },
      shape: most + [
        lengths.max() ?? 0, lengths.min() ?? 0, log2(1 + Double(paths.count)),
        paths.isEmpty ? 0 : 1,
      ])
  }
}
