import FileFormats
import Foundation
import SearchSpaces
import Testing

@testable import BayesianOptimization

@Suite("the encoding of recipes")
struct RecipeEncodingTests {
  private func decisions() throws -> RecipeDecisions {
    try RecipeDecisions(
      JSONField(
        json: Data(
          #"{"t": [4, 1, 2], "s": ["a", "b"], "u": {"values": [1, 2], "when": {"s": "b"}}}"#.utf8),
        file: "recipe"))
  }

  @Test("has a term of its own beside the product of all decisions")
  func terms() throws {
    let plain = try makeSpace([
      TestParameter(count: 3), TestParameter(count: 2, isCategorical: true),
    ])
    let space = try plain.adding(decisions(), file: "f", field: "recipe")
    let encoding = FeatureEncoding(space: space, covariateCount: 1)
    #expect(encoding.terms.map(\.name) == ["trend", "decisions", "recipe"])
    // p0, t, and u as two; p1, s. Then t, and u as two; s.
    #expect(
      encoding.terms.map { $0.blocks.map(\.columns.count) } == [[1], [4, 2], [3, 1]])
    let architecture = try space.architecture(key: "11210")
    let row = encoding.row(
      of: architecture, features: space.features(of: architecture), covariates: [0.25])
    #expect(row == [0.25, 0.5, 1, 0, 0, 1, 1, 1, 0, 0, 1])
    // u has no meaning with the first s.
    let without = try space.architecture(key: "10000")
    #expect(
      encoding.row(of: without, features: space.features(of: without), covariates: [0.25])
        == [0.25, 0.5, 0, 0.5, 0.5, 0, 0, 0, 0.5, 0.5, 0])
  }

  @Test("is missing where no recipe is searched")
  func plain() throws {
    let space = try makeSpace([TestParameter(count: 3)])
    let encoding = FeatureEncoding(space: space, covariateCount: 1)
    #expect(encoding.terms.map(\.name) == ["trend", "decisions"] && encoding.columnCount == 2)
  }

  @Test("leaves out costs where graphs say all of a network, whatever its recipe")
  func graphs() throws {
    let space = try makeCellSpace(nodes: 3, []).adding(decisions(), file: "f", field: "recipe")
    let problem = ProposalProblem(space: space, costNames: ["cost"], covariateNames: ["size"]) {
      _ in Appraisal(costs: [1], covariates: [1], violation: 0)
    }
    let terms = CandidateEncoder(problem: problem, listed: nil).kernel.encoding.terms.map(\.name)
    #expect(terms == ["decisions", "recipe", "edges", "counts", "shape"])
  }
}
