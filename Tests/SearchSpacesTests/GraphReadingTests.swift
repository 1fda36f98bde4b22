import FileFormats
import Testing

@testable import SearchSpaces

@Suite("reading a graph")
struct GraphReadingTests {
  static let edge = #"{"from": 0, "to": 1, "operation": "$a"}"#
  static let other = #"{"from": 1, "to": 2, "operation": "$b"}"#
  static let body = #""conv": [{"layer": "batch_norm"}]"#
  static let untaken =
    "got a branch that no architecture takes, expected conditions that some values of the parameters fulfil"

  func problem(
    _ blueprint: String, parameters: String? = nil, blocks: String? = nil
  ) -> String? {
    SearchSpacesTests.problem { () throws(JSONError) in
      try readSpace(
        parameters: parameters ?? edgeParameter("a") + ", " + edgeParameter("b"),
        blocks: blocks, blueprint: blueprint)
    }
  }

  @Test("accepts what is documented")
  func documented() {
    #expect(problem(graphElement([(0, 1), (1, 2)])) == nil)
    #expect(problem(graphElement(Self.other + ", " + Self.edge)) == nil)
  }

  @Test(
    "refuses a graph that is not as documented, naming its path",
    arguments: [
      (
        #"{"graph": [], "x": 1}"#,
        "blueprint[0].x: got an unknown key, expected one of \"graph\""
      ),
      (#"{"graph": 3}"#, "blueprint[0].graph: got 3, expected an object that describes a graph"),
      (
        #"{"graph": {"operations": {}}}"#,
        "blueprint[0].graph: got an object with \"operations\", expected the key \"edges\" too"
      ),
      (
        #"{"graph": {"operation": {}, "edges": []}}"#,
        "blueprint[0].graph.operation: got an unknown key, expected one of \"operations\", \"edges\"; did you mean \"operations\"?"
      ),
      (
        #"{"graph": {"operations": [], "edges": []}}"#,
        "blueprint[0].graph.operations: got [], expected an object that describes the operations"
      ),
      (
        graphElement(edge, operations: #""none": "nothing""#),
        "blueprint[0].graph.operations.none: got \"nothing\", expected \"none\" for no edge, [] for the tensor as it is, or elements"
      ),
      (
        graphElement(edge, operations: #""conv": [{"layer": "conv"}]"#),
        "blueprint[0].graph.operations.conv[0].layer: got \"conv\", expected one of \(BlueprintReadingTests.layers)"
      ),
      (
        graphElement(""),
        "blueprint[0].graph.edges: got [], expected at least one edge"
      ),
      (
        graphElement(#"{"from": 0, "to": 1}"#),
        "blueprint[0].graph.edges[0]: got an object with \"from\", \"to\", expected the key \"operation\" too"
      ),
      (
        graphElement(#"{"from": 0, "to": 1, "operation": "$a", "kernel": 3}"#),
        "blueprint[0].graph.edges[0].kernel: got an unknown key, expected one of \"from\", \"to\", \"operation\""
      ),
      (
        graphElement(#"{"from": -1, "to": 1, "operation": "$a"}"#),
        "blueprint[0].graph.edges[0].from: got -1, expected a whole number from 0 to 98"
      ),
      (
        graphElement(#"{"from": 1, "to": 1, "operation": "$a"}"#),
        "blueprint[0].graph.edges[0].to: got 1, expected a node from 2 to 99: edges lead to later nodes"
      ),
      (
        graphElement(#"{"from": 2, "to": 1.5, "operation": "$a"}"#),
        "blueprint[0].graph.edges[0].to: got 1.5, expected a node from 3 to 99: edges lead to later nodes"
      ),
      (
        graphElement(#"{"from": 0, "to": 100, "operation": "$a"}"#),
        "blueprint[0].graph.edges[0].to: got 100, expected a node from 1 to 99: edges lead to later nodes"
      ),
      (
        graphElement(edge + ", " + other + #", {"from": 0, "to": 1, "operation": "$b"}"#),
        "blueprint[0].graph.edges[2]: got a second edge from node 0 to node 1, expected at most one between two nodes, and edges[0] is there already"
      ),
      (
        graphElement(edge + #", {"from": 1, "to": 3, "operation": "$b"}"#),
        "blueprint[0].graph.edges: got no edge to node 2, expected one to every node from 1 to the last, 3"
      ),
      (
        graphElement(edge + #", {"from": 0, "to": 2, "operation": "$b"}"#),
        "blueprint[0].graph.edges: got no edge from node 1, expected one from every node before the last, 2"
      ),
      (
        graphElement(#"{"from": 1, "to": 2, "operation": "$a"}"#),
        "blueprint[0].graph.edges: got no edge from node 0, expected one from every node before the last, 2"
      ),
      (
        graphElement(edge + ", " + other, operations: edgeOperations + #", "norm": []"#),
        "blueprint[0].graph.operations.norm: got an operation that no edge can have, expected a value of a parameter on one of the edges, or no such operation"
      ),
      (
        graphElement(edge),
        "parameters[1].name: got \"b\", expected a parameter that the blueprint uses, as $b"
      ),
    ])
  func documentation(blueprint: String, expected: String) {
    #expect(problem(blueprint) == expected)
  }

  @Test(
    "refuses an operation that is not chosen by a parameter of names",
    arguments: [
      (
        "conv", "blueprint[0].graph.edges[0].operation: got \"conv\""
      ),
      (
        "$a == 'conv' ? 'skip' : 'pool'",
        "blueprint[0].graph.edges[0].operation: got \"$a == 'conv' ? 'skip' : 'pool'\""
      ),
      ("$channels", "blueprint[0].graph.edges[0].operation: got \"$channels\""),
    ])
  func formula(operation: String, got: String) {
    let element = graphElement(#"{"from": 0, "to": 1, "operation": "\#(operation)"}"#)
    #expect(
      problem(element, parameters: edgeParameter("a"))
        == got + ", expected the parameter that chooses the operation, as \"$name\"")
  }

  @Test("refuses an argument in the place of a parameter")
  func argument() {
    let element = graphElement(#"{"from": 0, "to": 1, "operation": "$o"}"#)
    #expect(
      problem(
        #"{"block": "cell", "with": {"o": "$a"}}"#, parameters: edgeParameter("a"),
        blocks: #""cell": {"arguments": ["o"], "body": [\#(element)]}"#)
        == "blocks.cell.body[0].graph.edges[0].operation: got \"$o\", expected the parameter that chooses the operation, as \"$name\""
    )
  }

  @Test(
    "refuses a parameter whose values are not names of operations",
    arguments: [
      (
        #"{"name": "a", "values": [1, 2]}"#,
        "got \"$a\", expected a categorical parameter whose values are texts"
      ),
      (
        #"{"name": "a", "values": ["none", "conv"], "scale": "ordinal"}"#,
        "got \"$a\", expected a categorical parameter whose values are texts"
      ),
      (
        #"{"name": "a", "values": ["none", "conv", "cnov"]}"#,
        "got \"$a\" with the value \"cnov\", expected values that all are operations: \"none\", \"skip\", \"conv\", \"pool\""
      ),
    ])
  func values(parameter: String, expected: String) {
    #expect(
      problem(graphElement(Self.edge), parameters: parameter)
        == "blueprint[0].graph.edges[0].operation: " + expected)
  }

  @Test("checks operations as other elements, for the edges that may have them")
  func elements() {
    let wrong =
      #""none": "none", "skip": [], "conv": [{"layer": "dropout", "rate": 1}], "pool": []"#
    #expect(
      problem(graphElement([(0, 1), (1, 2)], operations: wrong))
        == "blueprint[0].graph.operations.conv[0].rate: got 1, expected a number from 0 to below 1")
    let kernel = #"{"name": "k", "values": [3, 4], "when": {"a": "conv"}}"#
    func using(_ formula: String, _ edges: [(from: Int, to: Int)]) -> String? {
      let names = (["a", "b"].prefix(edges.count)).map { edgeParameter($0, ["none", "conv"]) }
      return problem(
        graphElement(
          edges,
          operations:
            #""none": "none", "conv": [{"layer": "depthwise_convolution", "kernel": "\#(formula)"}]"#
        ),
        parameters: names.joined(separator: ", ") + ", " + kernel)
    }
    let place = "blueprint[0].graph.operations.conv[0].kernel: got"
    // $k has a meaning wherever the edge of $a is a convolution, but not wherever that of $b is one.
    #expect(using("3 + $k / 5", [(0, 1)]) == nil)
    #expect(
      using("$k", [(0, 1)])
        == "\(place) \"$k\" = 4 where k = 4, expected an odd whole number from 1 to 31")
    #expect(
      using("3 + $k / 5", [(0, 1), (1, 2)])
        == "\(place) \"3 + $k / 5\" where a = \"none\", expected a parameter that has a meaning there, which $k has not"
    )
  }

  @Test("refuses a parameter on an edge that has no meaning where the graph is reached")
  func inactive() {
    let parameters =
      edgeParameter("a") + #", {"name": "b", "values": ["conv", "skip", "pool"], "#
      + #""when": {"a": "skip"}}"#
    let graph = graphElement([(0, 1), (1, 2)])
    #expect(
      problem(graph, parameters: parameters)
        == "blueprint[0].graph.edges[1].operation: got \"$b\" where a = \"none\", expected a parameter that has a meaning there, which $b has not"
    )
    let guarded = #"{"if": "$a == 'skip'", "then": [\#(graph)]}"#
    #expect(
      problem(guarded, parameters: parameters)
        == "blueprint[0].then[0].graph.operations.none: \(Self.untaken)")
  }

  @Test("refuses what no architecture takes inside an operation")
  func untaken() {
    let inner =
      #""none": "none", "conv": [{"if": "$a == 'none'", "then": [{"layer": "batch_norm"}]}]"#
    #expect(
      problem(
        graphElement(Self.edge, operations: inner),
        parameters: edgeParameter("a", ["none", "conv"]))
        == "blueprint[0].graph.operations.conv[0].then: \(Self.untaken)")
  }
}
