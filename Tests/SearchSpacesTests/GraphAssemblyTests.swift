import NeuralNetworks
import Testing

@testable import SearchSpaces

@Suite("a network made of a graph")
struct GraphAssemblyTests {
  static let image = TensorShape(height: 6, width: 6, channels: 3)
  static let convolution = Layer.convolution(kernel: 3, stride: 1, channels: 3, bias: false)
  static let pool = Layer.pooling(.max, kernel: 3, stride: 1, padding: 1)

  /// The nodes that the graph gives, the classifier aside.
  func nodes(
    _ edges: [(from: Int, to: Int)], _ operations: [String], before: String = ""
  ) throws -> [Network.Node] {
    let space = try graphSpace(edges, before: before)
    let architecture = space.architecture(
      choices: try operations.map { try #require(edgeValues.firstIndex(of: $0)) })
    return try space.network(for: architecture, input: Self.image, classes: 2).nodes.dropLast()
  }

  func expect(
    _ nodes: [Network.Node], _ expected: [(Layer, [Int])],
    _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(nodes.dropFirst().map(\.layer) == expected.map(\.0), sourceLocation: location)
    #expect(nodes.dropFirst().map(\.inputs) == expected.map(\.1), sourceLocation: location)
  }

  @Test("has the sums that the edges say")
  func sums() throws {
    let (convolution, pool) = (Self.convolution, Self.pool)
    expect(
      try nodes(fullCell, ["conv", "pool", "conv", "skip", "pool", "conv"]),
      [
        (convolution, [0]), (pool, [0]), (convolution, [1]), (.add, [3, 2]),
        // The identity comes first, so that every other edge's last layer may take in the sum.
        (pool, [1]), (.add, [5, 0]), (convolution, [4]), (.add, [7, 6]),
      ])
    // Edges may stand in any order.
    expect(try nodes([(1, 2), (0, 1)], ["conv", "pool"]), [(pool, [0]), (convolution, [1])])
  }

  @Test("is the tensor itself where only identities lead to the output")
  func identities() throws {
    expect(try nodes([(0, 1), (1, 2)], ["skip", "skip"]), [])
    let none = "none"
    expect(try nodes(fullCell, ["conv", none, none, "skip", none, none]), [])
  }

  @Test("adds a tensor to itself where identities lead to a node on two ways")
  func doubles() throws {
    let edges = fullCell
    expect(
      try nodes(edges, ["skip", "skip", "skip", "none", "none", "skip"]), [(.add, [0, 0])])
    // Node 1 is x, node 2 is 2x, node 3 is x + x + 2x.
    expect(
      try nodes(edges, Array(repeating: "skip", count: 6)),
      [(.add, [0, 0]), (.add, [0, 0]), (.add, [1, 2])])
  }

  @Test("gives zeros where nothing leads to the output")
  func zeros() throws {
    let before = #"{"layer": "batch_norm"}, "#
    let none = "none"
    expect(
      try nodes(fullCell, ["conv", "conv", "pool", none, none, none], before: before),
      [(.batchNorm, [0]), (.zero, [1])])
    expect(try nodes(fullCell, Array(repeating: none, count: 6)), [(.zero, [0])])
  }

  @Test("does not have what lies on no path from input to output")
  func deadEdges() throws {
    let none = "none"
    // Node 1 has no input; nothing reads node 2.
    expect(
      try nodes(fullCell, [none, "conv", "conv", "pool", "conv", none]), [(Self.pool, [0])])
  }

  @Test("evaluates operations at the tensor that enters, wherever the graph stands")
  func places() throws {
    let graph = graphElement(
      [(0, 1)],
      operations: """
        "none": "none", "skip": [], "pool": [{"if": "$wide", "then": [{"layer": "batch_norm"}]}],
        "conv": [{"layer": "dense", "channels": "$k * $channels"},
                 {"layer": "dense", "channels": "$channels / $k"},
                 {"if": "$i == 1", "then": [{"layer": "dropout", "rate": 0.5}]}]
        """)
    let space = try readSpace(
      parameters: edgeParameter("a") + #", {"name": "wide", "values": [false, true]}"#,
      blocks: """
        "cells": {"arguments": ["k"], "body": [
          {"repeat": {"count": 2, "index": "i", "body": [\(graph)]}}]}
        """,
      blueprint: """
        {"layer": "dense", "channels": 4}, {"block": "cells", "with": {"k": 3}},
        {"layer": "dense", "channels": "$classes"}
        """)
    func layers(_ choices: [Int]) throws -> [Layer] {
      try space.network(
        for: space.architecture(choices: choices), input: Self.image, classes: 2
      ).nodes.dropFirst().dropLast().map(\.layer)
    }
    let dense = { Layer.dense(channels: $0) }
    #expect(
      try layers([2, 0])
        == [dense(4), dense(12), dense(4), dense(12), dense(4), .dropout(rate: 0.5)])
    #expect(try layers([3, 1]) == [dense(4), .batchNorm, .batchNorm])
    // An operation whose elements turn out to be none is the identity.
    #expect(try layers([3, 0]) == [dense(4)])
    #expect(try layers([0, 0]) == [dense(4), .zero, .zero])
  }

  @Test("is an error that names the edge where an operation changes the shape")
  func shapes() throws {
    let operations = """
      "none": "none", "skip": [], "conv": [{"layer": "batch_norm"}],
      "pool": [{"layer": "pooling", "kind": "max", "kernel": 2, "stride": 2}]
      """
    // Neither the networks of the first and the last values nor their neighbors have both edges.
    let space = try readSpace(
      parameters: edgeParameter("a", ["none", "pool", "conv", "none_too"]) + ", "
        + edgeParameter("b", ["none", "skip", "none_too"]),
      blueprint: graphElement(
        [(0, 1), (1, 2)], operations: operations + #", "none_too": "none""#)
        + #", {"layer": "dense", "channels": "$classes"}"#)
    let problem = "\"pool\" makes 3×3×3 of 6×6×3, but an edge of a graph must keep the shape"
    let expected = SearchSpaceError.unbuildable(
      file: "s.json", field: "blueprint[0].graph.edges[0]", key: "11", problem: problem)
    #expect(throws: expected) {
      try space.network(
        for: space.architecture(choices: [1, 1]), input: Self.image, classes: 2)
    }
    #expect(throws: expected) { try space.checkNetworks(input: Self.image, classes: 2) }
    // On a dead edge it is not built.
    _ = try space.network(for: space.architecture(choices: [1, 0]), input: Self.image, classes: 2)
  }
}
