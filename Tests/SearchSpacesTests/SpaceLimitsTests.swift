import FileFormats
import NeuralNetworks
import TestSupport
import Testing

@testable import SearchSpaces

/// Spaces that are small as files, and would take all time or memory to look at.
@Suite("a search space that is made to be large")
struct SpaceLimitsTests {
  @Test("is refused where its conditions ask for too many parameters at once")
  func conditions() {
    let names = (0..<40).map { "p\($0)" }
    let conditions = names.map { "\"\($0)\": [1, 2]" }.joined(separator: ", ")
    let parameters =
      names.map { "{\"name\": \"\($0)\", \"values\": [0, 1, 2]}" }
      + ["{\"name\": \"last\", \"values\": [0, 1], \"when\": {\(conditions)}}"]
    let text = problem { () throws(JSONError) in
      try readSpace(parameters: parameters.joined(separator: ", "))
    }
    #expect(
      text?.contains("got more than 100000 combinations of the parameters up to here") == true)
  }

  @Test("is refused where its blocks call each other into billions of elements")
  func calls() {
    let blocks =
      ["\"b0\": {\"body\": [{\"layer\": \"batch_norm\"}]}"]
      + (1..<40).map {
        "\"b\($0)\": {\"body\": [{\"block\": \"b\($0 - 1)\"}, {\"block\": \"b\($0 - 1)\"}]}"
      }
    let text = problem { () throws(JSONError) in
      try readSpace(
        blocks: blocks.joined(separator: ", "),
        blueprint:
          "{\"block\": \"b39\"}, {\"layer\": \"dense\", \"channels\": \"0 * $width + $classes\"}")
    }
    #expect(text?.contains("checked in 3000000 steps") == true)
  }

  /// Takes ten seconds: every step evaluates a formula.
  @Test(
    "is refused where arguments name arguments twice, over many calls",
    .enabled(if: Thoroughness.isFull))
  func arguments() {
    let blocks =
      [
        "\"b0\": {\"arguments\": [\"x\"], \"body\": [{\"layer\": \"convolution\", \"kernel\": 1, \"channels\": \"$x\"}]}"
      ]
      + (1..<40).map {
        "\"b\($0)\": {\"arguments\": [\"x\"], \"body\": [{\"block\": \"b\($0 - 1)\", \"with\": {\"x\": \"max($x, $x)\"}}]}"
      }
    let text = problem { () throws(JSONError) in
      try readSpace(
        blocks: blocks.joined(separator: ", "),
        blueprint: """
          {"block": "b39", "with": {"x": "$width"}}, {"layer": "dense", "channels": "$classes"}
          """)
    }
    #expect(text?.contains("checked in 3000000 steps") == true)
  }

  @Test("is refused where a formula is longer than a page")
  func formulas() {
    let sum = String(repeating: "1 + ", count: 100_000)
    let text = problem { () throws(JSONError) in
      try readSpace(blueprint: "{\"layer\": \"dense\", \"channels\": \"\(sum)$width\"}")
    }
    #expect(text?.contains("at most 500 numbers, names and operators") == true)
  }

  @Test("is refused with more values or parameters than keys are made for")
  func counts() {
    let values = (0..<3000).map(String.init).joined(separator: ", ")
    #expect(
      problem { () throws(JSONError) in
        try readSpace(parameters: "{\"name\": \"p\", \"values\": [\(values)]}")
      }?.contains("expected at most 2000 values") == true)
    let parameters = (0..<3000).map { "{\"name\": \"p\($0)\", \"values\": [1]}" }
    #expect(
      problem { () throws(JSONError) in
        try readSpace(parameters: parameters.joined(separator: ", "))
      }?.contains("expected at most 2000 parameters") == true)
  }

  @Test("gives no network of millions of layers")
  func layers() throws {
    let space = try readSpace(
      blueprint: """
        {"repeat": {"count": 100, "body": [{"repeat": {"count": 100, "body": [
          {"repeat": {"count": 100, "body": [{"layer": "batch_norm"}]}}]}}]}},
        {"layer": "dense", "channels": "0 * $width + $classes"}
        """)
    let error = #expect(throws: SearchSpaceError.self) {
      try space.network(
        for: space.architecture(key: "0"), input: TensorShape(height: 4, width: 4, channels: 1),
        classes: 2)
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("more than 100000 elements"))
  }

  @Test("knows which parameters are active however long the chain of conditions is")
  func chains() throws {
    let space = bareSpace(
      (0..<60).map { index in
        plainParameter(
          "p\(index)", count: 2,
          when: (max(0, index - 8)..<index).map { .init(parameter: $0, choices: [1]) })
      })
    let all = try space.architecture(key: String(repeating: "1", count: 60))
    #expect(space.isActive(59, in: all))
    #expect(!space.isActive(59, in: try space.architecture(key: String(repeating: "0", count: 60))))
  }
}
