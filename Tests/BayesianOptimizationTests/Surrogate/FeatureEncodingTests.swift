import SearchSpaces
import Testing

@testable import BayesianOptimization

@Suite("the encoding of architectures")
struct FeatureEncodingTests {
  /// The squared distances of two architectures, block by block of the decisions.
  private func squaredDistances(
    _ space: SearchSpace, _ a: [Int], _ b: [Int]
  ) throws -> (euclidean: Double, hamming: Double) {
    let encoding = FeatureEncoding(space: space, covariateCount: 1)
    let rows = [a, b].map { choices in
      let architecture = space.architecture(choices: choices)
      return encoding.row(
        of: architecture, features: space.features(of: architecture), covariates: [0.25])
    }
    #expect(rows.allSatisfy { $0.count == encoding.columnCount && $0[0] == 0.25 })
    var distances = (euclidean: 0.0, hamming: 0.0)
    for block in try #require(encoding.terms.first { $0.name == "decisions" }).blocks {
      #expect(block.columns.count == block.scaleOfColumn.count)
      for column in block.columns {
        let difference = rows[0][column] - rows[1][column]
        switch block.distance {
        case .euclidean: distances.euclidean += difference * difference
        case .hamming: distances.hamming += difference == 0 ? 0 : 1
        }
      }
    }
    return distances
  }

  @Test("puts different values of a categorical parameter at distance 1, one of them being none")
  func categories() throws {
    let space = try makeSpace([
      TestParameter(count: 2, isCategorical: true),
      TestParameter(count: 3, isCategorical: true, parent: 0),
    ])
    for (a, b, distance) in [([0, 0], [0, 2], 1.0), ([0, 1], [1, 0], 2), ([1, 0], [1, 0], 0)] {
      let distances = try squaredDistances(space, a, b)
      #expect(distances.hamming == distance && distances.euclidean == 0)
    }
  }

  @Test("puts an inactive ordinal parameter about as far from every value, and at itself")
  func inactiveOrdinal() throws {
    let space = try makeSpace([
      TestParameter(count: 2, isCategorical: true), TestParameter(count: 3, parent: 0),
    ])
    for (a, b, distance) in [
      ([0, 0], [0, 2], 1.0), ([0, 0], [1, 0], 0.5), ([0, 1], [1, 0], 0.25), ([0, 2], [1, 0], 0.5),
      ([1, 0], [1, 0], 0),
    ] {
      #expect(abs(try squaredDistances(space, a, b).euclidean - distance) < 1e-15)
    }
  }

  @Test("gives each decision a length scale, and each of a graph's blocks one")
  func scales() throws {
    let space = try makeCellSpace(
      nodes: 3,
      [TestParameter(count: 3), TestParameter(count: 2), TestParameter(count: 4, parent: 0)])
    let encoding = FeatureEncoding(space: space, covariateCount: 2)
    let scales = encoding.terms.flatMap(\.blocks).map { Set($0.scaleOfColumn).count }
    #expect(scales == [2, 3, 1, 1, 1] && encoding.scaleCount == 8)
    // Two covariates, p2 as two; three edges; three counts and six numbers on the shape.
    let widths = encoding.terms.flatMap(\.blocks).map(\.columns.count)
    #expect(widths == [2, 4, 3, 3, 6])
    #expect(encoding.columnCount == 18)
    let columns = encoding.terms.flatMap(\.blocks).flatMap(\.columns)
    #expect(columns == Array(0..<18))
  }

  @Test("leaves out costs and covariates where graphs say all")
  func covariatesOfGraphs() throws {
    func terms(_ space: SearchSpace) -> [String] {
      let problem = ProposalProblem(space: space, costNames: ["cost"], covariateNames: ["size"]) {
        _ in Appraisal(costs: [1], covariates: [1], violation: 0)
      }
      return CandidateEncoder(problem: problem, listed: nil).kernel.encoding.terms.map(\.name)
    }
    let cells = try cellBenchmarkSpace()
    #expect(terms(cells) == ["edges", "counts", "shape"])
    let mixed = try makeCellSpace(nodes: 3, [TestParameter(count: 3)])
    #expect(terms(mixed) == ["trend", "decisions", "edges", "counts", "shape"])
    #expect(terms(try makeSpace([TestParameter(count: 3)])) == ["trend", "decisions"])
  }

  @Test("brings covariates to 0 … 1, and keeps those in which all agree")
  func unitScale() {
    let rows = [[1.0, 5, -3], [3, 5, 9], [2, 5, 0]]
    let scale = UnitScale(of: rows)
    #expect(rows.map(scale.applied) == [[0, 0, 0], [1, 0, 1], [0.5, 0, 0.25]])
    #expect(scale.applied(to: [5, 7, -15]) == [2, 2, -1])
    // Before the first sample there is no scale.
    #expect(UnitScale(of: []).applied(to: [5, 7]) == [5, 7])
  }
}
