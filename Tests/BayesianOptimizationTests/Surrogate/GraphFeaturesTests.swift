import RandomStreams
import SearchSpaces
import Testing

@testable import BayesianOptimization

@Suite("what a surrogate sees of a graph")
struct GraphFeaturesTests {
  private func agree(_ a: GraphFeatures.Columns, _ b: GraphFeatures.Columns) -> Bool {
    a.edges == b.edges && a.counts == b.counts && a.shape == b.shape
  }

  @Test(
    "is what a walk along all paths finds, for all 15,625 cells; the same for the same live graph")
  func allCells() throws {
    let space = try cellBenchmarkSpace()
    let graph = try #require(space.graphs.first)
    let features = GraphFeatures(graph: graph)
    var wrong = 0
    var columnsOf: [LiveGraph: GraphFeatures.Columns] = [:]
    for architecture in try #require(space.allArchitectures(limit: 15_625)) {
      let columns = features.columns(of: architecture)
      let expected = GraphPaths(graph, architecture).columns(graph, architecture)
      let twin = columnsOf.updateValue(columns, forKey: graph.live(in: architecture))
      if !agree(columns, expected) || !agree(columns, twin ?? columns) { wrong += 1 }
    }
    #expect(wrong == 0)
    // As many different columns as live graphs, so no two live graphs look alike.
    #expect(columnsOf.count < 15_625)
    #expect(Set(columnsOf.values.map(\.edges)).count == columnsOf.count)
  }

  @Test("is so for random graphs whose edges stand in any order")
  func randomGraphs() throws {
    for round in 0..<300 {
      var random = RandomStream(seed: 26, purpose: "graph features", round)
      let space = try randomGraphSpace(using: &random)
      for graph in space.graphs {
        let features = GraphFeatures(graph: graph)
        for _ in 0..<20 {
          let architecture = space.randomArchitecture(using: &random)
          let columns = features.columns(of: architecture)
          let expected = GraphPaths(graph, architecture).columns(graph, architecture)
          #expect(agree(columns, expected))
          #expect(columns.edges.count == features.edgeCount)
          #expect(columns.counts.count == features.countCount)
          #expect(columns.shape.count == features.shapeCount)
        }
      }
    }
  }

  /// Edges 1←0, 2←0, 2←1, 3←0, 3←1, 3←2; the operations are 1×1, 3×3 and pooling.
  @Test("of a cell of NAS-Bench-201 is what can be read off it")
  func cell() throws {
    let space = try cellBenchmarkSpace()
    let features = GraphFeatures(graph: try #require(space.graphs.first))
    func columns(_ key: String) throws -> GraphFeatures.Columns {
      features.columns(of: try space.architecture(key: key))
    }
    // A 3×3, an identity to the end, a 1×1; node 2 leads nowhere.
    let cell = try columns("330120")
    #expect(cell.edges == [1, -1, -1, 3, 0, -1])
    #expect(cell.counts == [1, 1, 0, 1])
    // Most of each operation on a path, longest and shortest path, log2 of two paths and one.
    #expect(cell.shape.prefix(5) == [1, 1, 0, 2, 0])
    #expect(abs(cell.shape[5] - 1.584962500721156) < 1e-15 && cell.shape[6] == 1)
    let nothing = try columns("330000")
    #expect(nothing.edges == Array(repeating: -1, count: 6))
    #expect((nothing.counts + nothing.shape).allSatisfy { $0 == 0 })
  }
}
