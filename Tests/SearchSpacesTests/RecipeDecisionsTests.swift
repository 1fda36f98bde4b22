import FileFormats
import Foundation
import NeuralNetworks
import RandomStreams
import TestSupport
import Testing

@testable import SearchSpaces

extension RecipeDecisions {
  /// How many recipes they make.
  fileprivate var recipeCount: Double { isEmpty ? 1 : Census(of: parameters).pointCount }
}

@Suite("decisions of a recipe")
struct RecipeDecisionsTests {
  private func decisions(_ text: String) throws -> RecipeDecisions {
    let field = try JSONField(json: Data("{\"recipe\": \(text)}".utf8), file: "study.json")
    return try RecipeDecisions(
      field.members(of: "a test", known: ["recipe"]).required("recipe"))
  }

  private static let text = """
    {"temperature": [4, 1, 2.5, 8], "schedule": ["one_cycle", "cosine"],
     "smoothing": {"values": [0, 0.1], "when": {"schedule": "cosine"}}}
    """

  /// Depth, and of depth 1 a kernel; two reference designs.
  private func space() throws -> SearchSpace {
    try readSpace(
      file: """
        {"format": "autodistill-search-space/1", "name": "small",
         "parameters": [
           {"name": "depth", "values": [0, 1]},
           {"name": "kernel", "values": [3, 5], "when": {"depth": 1}}
         ],
         "blueprint": [
           {"if": "$depth == 1", "then": [{"layer": "convolution", "kernel": "$kernel", "channels": 4}]},
           {"layer": "global_average_pool"},
           {"layer": "dense", "channels": "$classes"}
         ],
         "references": [{"name": "flat", "key": "00"}, {"name": "deep", "key": "11"}]}
        """)
  }

  private func both(_ text: String = Self.text) throws -> SearchSpace {
    try space().adding(decisions(text), file: "study.json", field: "search.recipe")
  }

  @Test("do not make more architectures")
  func architectures() throws {
    let (plain, both) = (try space(), try both())
    #expect(
      both.architectureCount == plain.pointCount && plain.architectureCount == plain.pointCount)
    #expect(both.pointCount == 12 * plain.pointCount)
  }

  @Test("have numbers in order, names as they stand, and the first value as the default")
  func reading() throws {
    let decisions = try decisions(Self.text)
    #expect(decisions.parameters.map(\.name) == ["temperature", "schedule", "smoothing"])
    #expect(
      decisions.parameters[0].values == [.integer(1), .number(2.5), .integer(4), .integer(8)])
    #expect(decisions.parameters[0].scale == .ordinal)
    #expect(decisions.parameters[1].values == [.text("one_cycle"), .text("cosine")])
    #expect(decisions.parameters[1].scale == .categorical)
    #expect(decisions.defaults == [2, 0, 0])
    #expect(
      decisions.defaultValues
        == ["temperature": .integer(4), "schedule": .text("one_cycle"), "smoothing": .integer(0)])
    // Four temperatures, each with one schedule that has no smoothing and one that has two.
    #expect(decisions.recipeCount == 12)
  }

  @Test("make each recipe once, with the default of what has no meaning")
  func choices() throws {
    let decisions = try decisions(
      #"{"a": [2, 1], "b": {"values": [7, 5], "when": {"a": 2}}, "c": [false, true]}"#)
    let all = decisions.allChoices
    #expect(all.count == 6 && Set(all).count == 6 && Double(all.count) == decisions.recipeCount)
    #expect(all.first == [0, 0, 0] && all.last == [1, 1, 1])
    #expect(
      decisions.values([0, 0, 1]) == ["a": .integer(1), "b": .integer(7), "c": .flag(true)])
    #expect(
      decisions.values([1, 0, 0]) == ["a": .integer(2), "b": .integer(5), "c": .flag(false)])
    #expect(RecipeDecisions.none.allChoices == [[]] && RecipeDecisions.none.recipeCount == 1)
  }

  @Test("take what a study fixes as the default")
  func fixedDefaults() throws {
    let decisions = try decisions(Self.text).takingDefaults(from: [
      FixedDecision(parameter: "temperature", value: .integer(8)),
      FixedDecision(parameter: "schedule", value: .text("no such")),
      FixedDecision(parameter: "depth", value: .integer(1)),
    ])
    #expect(decisions.defaults == [3, 0, 0])
  }

  @Test(
    "are refused with the decision, its value and what is expected",
    arguments: [
      ("{}", ["recipe: got an empty object", "at least one decision"]),
      ("[1]", ["recipe: got [1]", "an object"]),
      (#"{"Temperature": [1, 2]}"#, ["recipe.Temperature", "lower-case letters"]),
      (#"{"t": [1]}"#, ["recipe.t: got [1]", "at least two values"]),
      (#"{"t": [1, 1]}"#, ["recipe.t[1]: got 1", "a value of its own"]),
      (#"{"t": [1, "a"]}"#, ["recipe.t[1]: got \"a\"", "a number"]),
      (#"{"t": 4}"#, ["recipe.t: got 4", "an array"]),
      (#"{"t": {"values": [1, 2], "scale": "log"}}"#, ["recipe.t.scale", "\"values\", \"when\""]),
      (#"{"t": {"values": [1, 2], "when": {"u": 1}}}"#, ["recipe.t.when.u", "stands before"]),
    ])
  func refused(text: String, parts: [String]) {
    expectError(parts) {
      _ = try decisions(text)
    }
  }

  @Test("are refused where they make more recipes than are read")
  func tooMany() throws {
    let values = (1...16).map(String.init).joined(separator: ", ")
    expectError(["recipe: got more than 4096 recipes"]) {
      _ = try decisions("{\"a\": [\(values)], \"b\": [\(values)], \"c\": [\(values), 17]}")
    }
    #expect(
      try decisions("{\"a\": [\(values)], \"b\": [\(values)], \"c\": [\(values)]}").recipeCount
        == 4096)
  }
}

extension RecipeDecisionsTests {
  @Test("are the end of keys, which are read back")
  func keys() throws {
    let (plain, space) = (try space(), try both())
    let all = try #require(space.allArchitectures(limit: 100))
    #expect(all.count == 3 * 12 && space.pointCount == 36)
    #expect(Set(all.map(space.key(of:))).count == 36)
    for architecture in all {
      let key = space.key(of: architecture)
      #expect(try space.architecture(key: key) == architecture)
      #expect(key.count == 5 && space.networkKey(of: architecture) == String(key.prefix(2)))
      _ = try plain.architecture(key: space.networkKey(of: architecture))
    }
    #expect(throws: SearchSpaceError.self) { try space.architecture(key: "00") }
    // Smoothing has no meaning with the first schedule.
    #expect(throws: SearchSpaceError.self) { try space.architecture(key: "00201") }
  }

  @Test("change no network, and what devices do for it has the network's key")
  func networks() throws {
    let (plain, space) = (try space(), try both())
    let shape = TensorShape(height: 8, width: 8, channels: 1)
    for architecture in try #require(space.allArchitectures(limit: 100)) {
      let key = space.networkKey(of: architecture)
      let own = try plain.architecture(key: key)
      let networks = [
        try plain.network(for: own, input: shape, classes: 3),
        try space.network(for: architecture, input: shape, classes: 3),
      ]
      #expect(networks[0] == networks[1])
      let workload = try space.workload(of: architecture, input: shape, classes: 3)
      #expect(workload.origin?.key == key)
    }
    try space.checkNetworks(input: shape, classes: 3)
  }

  @Test("have their defaults in reference designs and in keys of networks alone")
  func defaults() throws {
    let space = try both()
    #expect(space.references.map { space.key(of: $0.architecture) } == ["00200", "11200"])
    #expect(space.key(ofNameOrKey: "deep") == "11200")
    #expect(space.key(ofNameOrKey: "10") == "10200" && space.key(ofNameOrKey: "10011") == "10011")
    #expect(space.key(ofNameOrKey: "A0") == "A0" && space.key(ofNameOrKey: "1") == "1")
    // A space without them takes texts as they are.
    #expect(try self.space().key(ofNameOrKey: "10") == "10")
  }

  @Test("are exchanged between architectures")
  func exchange() throws {
    let space = try both()
    let (a, b) = (try space.architecture(key: "11011"), try space.architecture(key: "00300"))
    #expect(space.key(of: space.architecture(a, withRecipeOf: b)) == "11300")
    #expect(space.key(of: space.architecture(b, withRecipeOf: a)) == "00011")
    #expect(space.key(of: space.withDefaultRecipe(a)) == "11200")
    #expect(
      space.recipeValues(of: a)
        == ["temperature": .integer(1), "schedule": .text("cosine"), "smoothing": .number(0.1)])
    #expect(
      space.description(of: a).hasSuffix("recipe: temperature=1 schedule=cosine smoothing=0.1"))
  }

  @Test("are varied and fixed as the others are")
  func variation() throws {
    let space = try both()
    let neighbors = try space.neighbors(of: space.architecture(key: "00200"))
      .map(space.key(of:))
    // Another depth, three temperatures, another schedule.
    #expect(Set(neighbors) == ["10200", "00000", "00100", "00300", "00210"])
    let fixed = try space.fixing(
      [FixedDecision(parameter: "schedule", value: .text("cosine"))], file: "study.json",
      field: "fix")
    #expect(fixed.pointCount == 24)
    var random = RandomStream(seed: 1, purpose: "recipes")
    for _ in 0..<50 {
      #expect(fixed.key(of: fixed.randomArchitecture(using: &random)).dropFirst(3).first == "1")
    }
  }

  @Test("that a study fixes leave the reference designs, which take them")
  func fixedReferences() throws {
    let fix = [FixedDecision(parameter: "temperature", value: .integer(8))]
    let space = try space().adding(
      decisions(Self.text).takingDefaults(from: fix), file: "study.json", field: "search.recipe"
    ).fixing(fix, file: "study.json", field: "fix")
    #expect(space.excludedReferences.isEmpty)
    #expect(space.references.map { space.key(of: $0.architecture) } == ["00300", "11300"])
  }

  @Test("may not have the name of a decision of the space")
  func clash() {
    expectError(["study.json: search.recipe.depth", "the search space small"]) {
      _ = try both(#"{"depth": [1, 2]}"#)
    }
  }
}
