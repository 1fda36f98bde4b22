import FileFormats
import Foundation
import NeuralNetworks
import RandomStreams
import Testing

@testable import SearchSpaces

@Suite("a space with fixed decisions")
struct FixingTests {
  private static func decision(_ name: String, _ value: ParameterValue) -> FixedDecision {
    FixedDecision(parameter: name, value: value)
  }

  /// Depth, and of depth 1 and 2 a kernel; a width; reference designs.
  private func small() throws -> SearchSpace {
    try readSpace(
      file: """
        {"format": "autodistill-search-space/1", "name": "small",
         "parameters": [
           {"name": "depth", "values": [0, 1, 2]},
           {"name": "kernel", "values": [3, 5], "when": {"depth": [1, 2]}},
           {"name": "width", "values": [4, 8]}
         ],
         "blueprint": [
           {"layer": "convolution", "kernel": 1, "channels": "$width"},
           {"repeat": {"count": "$depth", "body": [
             {"if": "$kernel == 5", "then": [{"layer": "depthwise_convolution", "kernel": 5}],
              "else": [{"layer": "depthwise_convolution", "kernel": 3}]}
           ]}},
           {"layer": "global_average_pool"},
           {"layer": "dense", "channels": "$classes"}
         ],
         "references": [
           {"name": "flat", "key": "000"}, {"name": "small", "key": "100"},
           {"name": "deep", "key": "211"}
         ]}
        """)
  }

  private func fixing(
    _ space: SearchSpace, _ decisions: FixedDecision...
  ) throws(JSONError) -> SearchSpace {
    try space.fixing(decisions, file: "study.json", field: "fix")
  }

  @Test("has the architectures that agree with them, with their keys", arguments: 0..<60)
  func members(number: Int) throws {
    let space = randomSpace(number)
    var random = RandomStream(seed: 9, purpose: "fixing", number)
    var decisions: [FixedDecision] = []
    for parameter in space.parameters where random.integer(below: 3) == 0 {
      let value = parameter.values[random.integer(below: parameter.values.count)]
      decisions.append(FixedDecision(parameter: parameter.name, value: value))
    }
    // Some decisions leave others without a meaning; those are refused.
    guard let fixed = try? space.fixing(decisions, file: "f", field: "fix") else { return }
    let expected = bruteForceArchitectures(of: space).filter { architecture in
      decisions.allSatisfy { decision in
        let index = space.parameters.firstIndex { $0.name == decision.parameter }!
        return !space.isActive(index, in: architecture)
          || space.parameters[index].values[architecture.choices[index]] == decision.value
      }
    }
    let all = try #require(fixed.allArchitectures(limit: 100_000))
    #expect(Set(all) == expected && all.count == expected.count)
    #expect(fixed.pointCount == Double(expected.count))
    #expect(Set(fixed.fixedDecisions) == Set(decisions))
    for architecture in bruteForceArchitectures(of: space) {
      let key = space.key(of: architecture)
      #expect(fixed.rulesOut(key: key) == !expected.contains(architecture))
      #expect(
        (try? fixed.architecture(key: key))
          == (expected.contains(architecture) ? architecture : nil))
    }
    for _ in 0..<50 {
      let first = fixed.randomArchitecture(using: &random)
      let second = fixed.randomArchitecture(using: &random)
      let point = space.parameters.map { _ in random.uniform() }
      let made =
        [first, fixed.mutated(first, using: &random), fixed.architecture(atUnitPoint: point)]
        + [fixed.crossover(first, second, using: &random)] + fixed.neighbors(of: first)
      #expect(made.allSatisfy(expected.contains))
      if expected.count > 1, fixed.neighbors(of: first).isEmpty == false {
        #expect(fixed.mutated(first, using: &random) != first)
      }
    }
    let decided = fixed.decidedParameters
    for index in space.parameters.indices where decided.contains(index) {
      #expect(
        Set(expected.filter { space.isActive(index, in: $0) }.map { $0.choices[index] }).count <= 1)
    }
  }

  @Test("may be left with branches that nothing reaches, and with one architecture")
  func unreachable() throws {
    let flat = try fixing(small(), Self.decision("depth", .integer(0)))
    #expect(flat.pointCount == 2)
    try flat.checkNetworks(input: fashionShape, classes: 10)
    let one = try fixing(
      small(), Self.decision("depth", .integer(2)), Self.decision("kernel", .integer(5)),
      Self.decision("width", .integer(8)))
    let only = try one.architecture(key: "211")
    #expect(one.pointCount == 1 && one.neighbors(of: only).isEmpty)
  }

  @Test("takes squeeze-and-excitation away from a shipped space")
  func shipped() throws {
    let space = try shippedSpace("mobile-cnn")
    let decisions = space.parameters.filter { $0.name.hasSuffix("_se") }.map {
      FixedDecision(parameter: $0.name, value: .flag(false))
    }
    #expect(decisions.count == 4)
    let fixed = try space.fixing(decisions, file: "study.json", field: "fix")
    #expect(fixed.pointCount < space.pointCount)
    var random = RandomStream(seed: 10, purpose: "fixing")
    for _ in 0..<200 {
      let network = try fixed.network(
        for: fixed.randomArchitecture(using: &random), input: fashionShape, classes: 10)
      for node in network.nodes {
        if case .squeezeExcitation = node.layer { Issue.record("a gate was built") }
      }
    }
  }

  @Test("leaves out the reference designs that contradict them, and says why")
  func references() throws {
    let fixed = try fixing(small(), Self.decision("kernel", .integer(3)))
    #expect(fixed.references.map(\.name) == ["flat", "small"])
    #expect(fixed.excludedReferences.map(\.reference.name) == ["deep"])
    #expect(
      fixed.excludedReferences.map(\.reason) == ["kernel is fixed to 3, and here it is 5"])
    #expect(fixed.key(ofNameOrKey: "deep") == "211")
    #expect {
      try fixed.architecture(key: "211")
    } throws: {
      "\($0)".hasSuffix("kernel is fixed to 3, and here it is 5")
    }
  }

  @Test(
    "are refused where they do not fit the space",
    arguments: [
      (
        [decision("widht", .integer(4))],
        "study.json: fix.widht: got an unknown parameter, expected one of those of the search space "
          + "small: \"depth\", \"kernel\", \"width\""
      ),
      (
        [decision("width", .integer(5))],
        "study.json: fix.width: got 5, expected one of the values of \"width\": 4, 8"
      ),
      (
        [decision("width", .text("4"))],
        "study.json: fix.width: got \"4\", expected one of the values of \"width\": 4, 8"
      ),
      (
        [decision("depth", .integer(0)), decision("kernel", .integer(3))],
        "study.json: fix.kernel: got 3, expected no value: next to the other fixed decisions "
          + "\"kernel\" has no meaning"
      ),
    ])
  func refusals(decisions: [FixedDecision], message: String) throws {
    let space = try small()
    #expect {
      try space.fixing(decisions, file: "study.json", field: "fix")
    } throws: {
      "\($0)" == message
    }
  }

  @Test(
    "are read from an object of scalars",
    arguments: [
      ("{}", "fix: got an empty object, expected a value for at least one parameter, by its name"),
      (
        #"{"a": [1]}"#,
        #"fix.a: got [1], expected a value of "a": a number, a text, true or false"#
      ),
      ("[1]", "fix: got [1], expected an object that describes fixed decisions"),
    ])
  func reading(text: String, message: String) throws {
    func read(_ text: String) throws -> [FixedDecision] {
      let json = try JSONField(json: Data(#"{"fix": \#(text)}"#.utf8), file: "s.json")
      return try FixedDecision.all(in: json.members(of: "a study", known: ["fix"]).required("fix"))
    }
    #expect {
      try read(text)
    } throws: {
      "\($0)" == "s.json: \(message)"
    }
    #expect(
      try read(#"{"a": 1, "b": "x", "c": false}"#) == [
        Self.decision("a", .integer(1)), Self.decision("b", .text("x")),
        Self.decision("c", .flag(false)),
      ])
  }
}
