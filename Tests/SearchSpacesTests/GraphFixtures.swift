import FileFormats

@testable import SearchSpaces

/// The values of the parameters of a graph's edges in the tests, and what they stand for.
let edgeValues = ["none", "skip", "conv", "pool"]
let edgeOperations = """
  "none": "none", "skip": [],
  "conv": [{"layer": "convolution", "kernel": 3, "channels": "$channels"}],
  "pool": [{"layer": "pooling", "kind": "max", "kernel": 3}]
  """

/// Returns a parameter for an edge.
func edgeParameter(_ name: String, _ values: [String] = edgeValues) -> String {
  #"{"name": "\#(name)", "values": [\#(JSONError.list(values))]}"#
}

/// Returns a graph with edges between these nodes; the first has the parameter `a`, the second `b`, …
func graphElement(
  _ edges: [(from: Int, to: Int)], operations: String = edgeOperations
) -> String {
  let texts = edges.enumerated().map { index, edge in
    #"{"from": \#(edge.from), "to": \#(edge.to), "operation": "$\#(edgeName(index))"}"#
  }
  return graphElement(texts.joined(separator: ", "), operations: operations)
}

func graphElement(_ edges: String, operations: String = edgeOperations) -> String {
  #"{"graph": {"operations": {\#(operations)}, "edges": [\#(edges)]}}"#
}

func edgeName(_ index: Int) -> String { String(UnicodeScalar(UInt8(97 + index))) }

/// All edges between four nodes, in the order of NAS-Bench-201.
let fullCell = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)]

/// Returns a space of one graph, with a parameter for each edge, and a classifier.
func graphSpace(
  _ edges: [(from: Int, to: Int)], operations: String = edgeOperations, before: String = ""
) throws -> SearchSpace {
  try readSpace(
    parameters: edges.indices.map { edgeParameter(edgeName($0)) }.joined(separator: ", "),
    blueprint: before + graphElement(edges, operations: operations)
      + #", {"layer": "dense", "channels": "$classes"}"#)
}
