import FileFormats
import Testing

@testable import SearchSpaces

@Suite("checking a blueprint")
struct BlueprintCheckerTests {
  static let parameters = """
    {"name": "depth", "values": [0, 1, 2]},
    {"name": "kernel", "values": [3, 4], "when": {"depth": [1, 2]}},
    {"name": "kind", "values": ["plain", "mobile"]}
    """
  /// Uses all three parameters without doing anything wrong.
  static let rest =
    #"{"if": "$kind == 'plain' or $depth > 0 and $kernel > 3", "then": [{"layer": "batch_norm"}]}"#

  @Test(
    "finds a value that is not allowed in any combination that reaches it, and in no other",
    arguments: [
      (
        #"{"layer": "convolution", "kernel": 4, "channels": 8}"#,
        "blueprint[0].kernel: got 4, expected an odd whole number from 1 to 31"
      ),
      (
        #"{"layer": "convolution", "kernel": 3, "channels": 0}"#,
        "blueprint[0].channels: got 0, expected a whole number from 1 to 65536"
      ),
      (
        #"{"layer": "convolution", "kernel": 3, "channels": 8, "stride": "wide"}"#,
        "blueprint[0].stride: got \"wide\", expected a whole number from 1 to 64"
      ),
      (
        #"{"layer": "convolution", "kernel": 3, "channels": 8, "bias": 1}"#,
        "blueprint[0].bias: got 1, expected true or false"
      ),
      (
        #"{"layer": "convolution", "kernel": 3, "channels": 8, "groups": "$depth"}"#,
        "blueprint[0].groups: got \"$depth\" = 0 where depth = 0, expected a whole number from 1 to 65536"
      ),
      (
        #"{"layer": "channel_shuffle", "groups": 1}"#,
        "blueprint[0].groups: got 1, expected a whole number from 2 to 65536"
      ),
      (
        #"{"layer": "convolution", "kernel": 3, "channels": "$depth * 8"}"#,
        "blueprint[0].channels: got \"$depth * 8\" = 0 where depth = 0, expected a whole number from 1 to 65536"
      ),
      (
        #"{"layer": "dense", "channels": "$kernel"}"#,
        "blueprint[0].channels: got \"$kernel\" where depth = 0, expected a parameter that has a meaning there, which $kernel has not"
      ),
      (
        #"{"if": "$depth > 0", "then": [{"layer": "depthwise_convolution", "kernel": "$kernel"}]}"#,
        "blueprint[0].then[0].kernel: got \"$kernel\" = 4 where kernel = 4, expected an odd whole number from 1 to 31"
      ),
      (
        #"{"if": "$depth > 0", "then": [{"layer": "batch_norm"}], "else": [{"layer": "dense", "channels": "8 / $depth"}]}"#,
        "blueprint[0].else[0].channels: got \"8 / $depth\" where depth = 0, expected no division by zero (character 3)"
      ),
      (
        #"{"if": "$depth", "then": [{"layer": "batch_norm"}]}"#,
        "blueprint[0].if: got \"$depth\" = 0 where depth = 0, expected true or false"
      ),
      (
        #"{"if": "$channels", "then": [{"layer": "batch_norm"}]}"#,
        "blueprint[0].if: got \"$channels\" = a number, expected true or false"
      ),
      (
        #"{"if": "$depth > 7", "then": [{"layer": "batch_norm"}]}"#,
        "blueprint[0].then: got a branch that no architecture takes, expected conditions that some values of the parameters fulfil"
      ),
      (
        #"{"if": "$depth < 7", "then": [{"layer": "batch_norm"}], "else": [{"layer": "batch_norm"}]}"#,
        "blueprint[0].else: got a branch that no architecture takes, expected conditions that some values of the parameters fulfil"
      ),
      (
        #"{"repeat": {"count": 0, "body": [{"layer": "batch_norm"}]}}"#,
        "blueprint[0].repeat.body: got a branch that no architecture takes, expected conditions that some values of the parameters fulfil"
      ),
      (
        #"{"repeat": {"count": "$depth - 1", "body": [{"layer": "batch_norm"}]}}"#,
        "blueprint[0].repeat.count: got \"$depth - 1\" = -1 where depth = 0, expected a whole number from 0 to 100"
      ),
      (
        #"{"repeat": {"count": "$depth", "index": "i", "body": [{"layer": "dense", "channels": "8 / ($depth - $i - 1)"}]}}"#,
        "blueprint[0].repeat.body[0].channels: got \"8 / ($depth - $i - 1)\" where depth = 1 and index = 0, expected no division by zero (character 3)"
      ),
      (
        #"{"choose": "$kind", "cases": {"plain": [{"layer": "batch_norm"}]}}"#,
        "blueprint[0].choose: got \"$kind\" = \"mobile\", expected a case for each value; none is \"mobile\""
      ),
      (
        #"{"choose": "$kind", "cases": {"plain": [], "mobile": [], "x": []}}"#,
        "blueprint[0].cases.x: got a branch that no architecture takes, expected conditions that some values of the parameters fulfil"
      ),
      (
        #"{"choose": "$depth", "cases": {"plain": []}}"#,
        "blueprint[0].choose: got \"$depth\" = 0 where depth = 0, expected a text"
      ),
      (
        #"{"layer": "activation", "kind": "$kind"}"#,
        "blueprint[0].kind: got \"$kind\" = \"plain\" where kind = \"plain\", expected one of \"identity\", \"relu\", \"relu6\", \"hard_swish\""
      ),
      (
        #"{"layer": "activation", "kind": "swish"}"#,
        "blueprint[0].kind: got \"swish\", expected one of \"identity\", \"relu\", \"relu6\", \"hard_swish\""
      ),
      (
        #"{"layer": "pooling", "kind": "median", "kernel": 2, "stride": 2}"#,
        "blueprint[0].kind: got \"median\", expected one of \"average\", \"max\""
      ),
      (
        #"{"layer": "dropout", "rate": 1}"#,
        "blueprint[0].rate: got 1, expected a number from 0 to below 1"
      ),
      (
        #"{"layer": "dropout", "rate": "$channels > 3"}"#,
        "blueprint[0].rate: got \"$channels > 3\" = true or false, expected a number from 0 to below 1"
      ),
      (
        #"{"layer": "squeeze_excitation", "hidden": "$channels / 0"}"#,
        "blueprint[0].hidden: got \"$channels / 0\", expected no division by zero (character 11)"
      ),
      (
        #"{"residual": {"body": [{"layer": "batch_norm"}], "shortcut": "none", "activation": 3}}"#,
        "blueprint[0].residual.activation: got 3, expected one of \"identity\", \"relu\", \"relu6\", \"hard_swish\""
      ),
      (
        #"{"residual": {"body": [{"layer": "batch_norm"}], "shortcut": [{"layer": "dropout", "rate": 2}]}}"#,
        "blueprint[0].residual.shortcut[0].rate: got 2, expected a number from 0 to below 1"
      ),
    ])
  func values(element: String, expected: String) {
    #expect(
      problem { () throws(JSONError) in
        try readSpace(parameters: Self.parameters, blueprint: "\(element), \(Self.rest)")
      } == expected)
  }

  @Test("accepts values that only unreachable combinations would make wrong")
  func unreachable() throws {
    _ = try readSpace(
      parameters: Self.parameters,
      blueprint: """
        {"if": "$depth > 0 and $kernel == 3",
         "then": [{"layer": "depthwise_convolution", "kernel": "$kernel"}]},
        {"repeat": {"count": "$depth", "index": "i", "body": [
          {"layer": "dense", "channels": "8 / ($depth - $i)"},
          {"if": "$i == 1", "then": [{"layer": "dense", "channels": "8 / ($depth - 1)"}]}]}},
        {"if": "$channels > 3 and $depth != 0",
         "then": [{"layer": "dense", "channels": "8 / $depth"}]},
        {"if": "$kind == 'plain'", "then": [{"layer": "dense", "channels": "$classes"}],
         "else": [{"layer": "dense", "channels": "$classes"}]}
        """)
  }

  static let cell = """
    "cell": {"arguments": ["k", "w"], "body": [
      {"if": "$k != 3", "then": [{"layer": "dense", "channels": "$w"}]}]},
    "outer": {"arguments": ["n"], "body": [{"block": "cell", "with": {"k": "$n", "w": "$n * 2"}}]}
    """

  @Test("names the calls that lead to a wrong value in a block")
  func calls() {
    let use = { (arguments: String) in
      problem { () throws(JSONError) in
        try readSpace(
          blocks: Self.cell,
          blueprint: #"{"layer": "dense", "channels": "$width"}, \#(arguments)"#)
      }
    }
    #expect(use(#"{"block": "outer", "with": {"n": 4}}"#) == nil)
    #expect(
      use(#"{"block": "outer", "with": {"n": "$width - 8"}}"#)
        == "blocks.cell.body[0].then[0].channels: got \"$w\" = 0 where width = 8 (called from blueprint[1], blocks.outer.body[0]), expected a whole number from 1 to 65536"
    )
    #expect(
      use(#"{"block": "outer", "with": {"n": "8 / ($width - 8)"}}"#)
        == "blueprint[1].with.n: got \"8 / ($width - 8)\" where width = 8 (called from blueprint[1], blocks.outer.body[0]), expected no division by zero (character 3)"
    )
    #expect(
      use(#"{"block": "outer", "with": {"n": 3}}"#)
        == "blocks.cell.body[0].then: got a branch that no architecture takes, expected conditions that some values of the parameters fulfil"
    )
  }

  @Test("does not ask for an argument that the body does not read")
  func laziness() throws {
    _ = try readSpace(
      parameters: """
        {"name": "depth", "values": [0, 1]},
        {"name": "kernel", "values": [3, 5], "when": {"depth": 1}}
        """,
      blocks: """
        "stage": {"arguments": ["n", "k"], "body": [
          {"repeat": {"count": "$n", "body": [{"layer": "depthwise_convolution", "kernel": "$k"}]}}]}
        """,
      blueprint: """
        {"block": "stage", "with": {"n": "$depth", "k": "$kernel"}},
        {"layer": "dense", "channels": "$classes"}
        """)
  }

  @Test("refuses a formula of more combinations than can be checked")
  func tooMany() {
    let names = (0..<7).map { "p\($0)" }
    let parameters = names.map { #"{"name": "\#($0)", "values": [1, 2, 3, 4, 5, 6, 7, 8]}"# }
    let formula = names.map { "$\($0)" }.joined(separator: " + ")
    #expect(
      problem { () throws(JSONError) in
        try readSpace(
          parameters: parameters.joined(separator: ", "),
          blueprint: #"{"layer": "dense", "channels": "\#(formula)"}"#)
      }
        == "blueprint[0].channels: got \"\(formula)\" = a formula that depends on too many parameters, expected at most 1000000 combinations of values to check"
    )
  }
}
