import RandomStreams
import Testing

@testable import SearchSpaces

@Suite("a declared graph")
struct DeclaredGraphTests {
  /// Returns the indices of the edges that some path from the first to the last node takes, by walking
  /// along every path.
  func edgesOnPaths(_ graph: DeclaredGraph, _ architecture: Architecture) -> Set<Int> {
    var found: Set<Int> = []
    func walk(_ node: Int, _ path: [Int]) {
      if node == graph.nodeCount - 1 { found.formUnion(path) }
      for (index, edge) in graph.edges.enumerated() where edge.from == node {
        if edge.roles[architecture.choices[edge.parameter]] == .absent { continue }
        walk(edge.to, path + [index])
      }
    }
    walk(0, [])
    return found
  }

  /// Whether the live graph consists of these edges of the declared one, each as the choice says.
  func agrees(
    _ live: LiveGraph, _ graph: DeclaredGraph, _ architecture: Architecture, on edges: Set<Int>
  ) -> Bool {
    live.nodeCount == graph.nodeCount && live.edges.map(\.index) == edges.sorted()
      && live.edges.allSatisfy { edge in
        let declared = graph.edges[edge.index]
        let role: DeclaredGraph.Role = edge.operation.map { .operation($0) } ?? .identity
        return edge.from == declared.from && edge.to == declared.to
          && role == declared.roles[architecture.choices[declared.parameter]]
      }
  }

  @Test("leaves the edges on a path from input to output, for each of the 15,625 cells")
  func allCells() throws {
    let space = try shippedSpace("nas-bench-201")
    let graph = try #require(space.graphs.first)
    var counts: [Int: Int] = [:]
    for number in 0..<15_625 {
      let architecture = try space.architecture(key: cellKey(number))
      let edges = edgesOnPaths(graph, architecture)
      #expect(agrees(graph.live(in: architecture), graph, architecture, on: edges))
      counts[edges.count, default: 0] += 1
    }
    // All six edges, each with one of four operations.
    #expect(counts[6] == 4096)
    #expect(counts.values.reduce(0, +) == 15_625)
  }

  @Test("does so for random graphs whose edges stand in any order")
  func randomGraphs() throws {
    var random = RandomStream(seed: 3, purpose: "graphs")
    for _ in 0..<300 {
      let nodeCount = 2 + random.integer(below: 6)
      let all = (0..<nodeCount).flatMap { from in (from + 1..<nodeCount).map { (from, $0) } }
      var edges: [(from: Int, to: Int)] = all.filter { $0.1 == $0.0 + 1 }
      for edge in all where edge.1 > edge.0 + 1 && random.integer(below: 2) == 0 {
        edges.insert(edge, at: random.integer(below: edges.count + 1))
      }
      let space = try graphSpace(edges)
      let graph = try #require(space.graphs.first)
      for _ in 0..<20 {
        let architecture = space.randomArchitecture(using: &random)
        let live = graph.live(in: architecture)
        #expect(agrees(live, graph, architecture, on: edgesOnPaths(graph, architecture)))
      }
    }
  }

  @Test("gives a space its graphs, those of blocks first and equal ones once")
  func graphs() throws {
    let plain = graphElement([(0, 1)])
    let chain = graphElement([(0, 1), (1, 2)])
    let nested = graphElement(
      [(0, 1), (0, 2), (1, 2)],
      operations:
        #""none": "none", "skip": [], "pool": [], "conv": [{"repeat": {"count": 2, "body": [\#(chain)]}}]"#
    )
    let space = try readSpace(
      parameters: (0..<3).map { edgeParameter(edgeName($0)) }.joined(separator: ", "),
      blocks: #""cell": {"body": [\#(plain)]}"#,
      blueprint: """
        {"residual": {"body": [\(chain)], "shortcut": [\(plain)]}}, {"block": "cell"},
        {"if": "$a == 'none'", "then": [{"block": "cell"}], "else": [\(nested)]}, \(chain)
        """)
    #expect(space.graphs.map(\.edges.count) == [1, 2, 3])
    #expect(space.graphs.map(\.nodeCount) == [2, 3, 3])
    #expect(space.graphs[0].operationNames == ["conv", "pool"])
    #expect(space.graphs[2].operationNames == ["conv"])
    #expect(
      space.graphs[2].edges[1]
        == DeclaredGraph.Edge(
          from: 0, to: 2, parameter: 1,
          roles: [.absent, .identity, .operation(0), .identity]))
    #expect(try readSpace().graphs.isEmpty)
  }
}

/// Returns the code of a cell of NAS-Bench-201: six digits below 5.
func cellKey(_ number: Int) -> String {
  let digits = String(number, radix: 5)
  return String(repeating: "0", count: 6 - digits.count) + digits
}
