import Foundation
import RandomStreams
import SearchSpaces

@testable import BayesianOptimization

/// Architectures with covariates, and the textbook formulas over them: dense, slow, and written
/// from the features of the space, not from the encoding under test.
struct KernelTextbook {
  let space: SearchSpace
  let kernel: ArchitectureKernel
  let covariateCount: Int
  /// Random; the last is that of the noise floor.
  let hyperparameters: [Double]
  private(set) var architectures: [Architecture] = []
  private(set) var covariates: [[Double]] = []
  /// The same points as the encoding under test has them.
  private(set) var points: EncodedPoints

  init(_ space: SearchSpace, covariateCount: Int, points count: Int, seed: Int) {
    self.space = space
    self.covariateCount = covariateCount
    let encoding = FeatureEncoding(space: space, covariateCount: covariateCount)
    kernel = ArchitectureKernel(encoding: encoding)
    points = EncodedPoints(columnCount: encoding.columnCount)
    var random = RandomStream(seed: 11, purpose: "textbook", seed)
    for _ in 0..<count {
      let architecture = space.randomArchitecture(using: &random)
      let row = random.uniforms(covariateCount)
      architectures.append(architecture)
      covariates.append(row)
      points.append(
        encoding.row(
          of: architecture, features: space.features(of: architecture), covariates: row))
    }
    hyperparameters = (0...kernel.hyperparameterCount).map { _ in 0.8 * random.normal() - 0.3 }
  }

  var count: Int { architectures.count }

  /// Returns the points in this range.
  func points(_ range: Range<Int>) -> EncodedPoints {
    var chosen = EncodedPoints(columnCount: points.columnCount)
    for index in range { chosen.append(points.row(index)) }
    return chosen
  }

  private func matern(_ squared: Double) -> Double {
    let r = squared.squareRoot()
    return (1 + 5.0.squareRoot() * r + 5 * r * r / 3) * exp(-5.0.squareRoot() * r)
  }

  func covariance(_ i: Int, _ j: Int) -> Double { covariance(i, j, at: hyperparameters) }

  func covariance(_ i: Int, _ j: Int, at hyperparameters: [Double]) -> Double {
    let onEdges = Set(space.graphs.flatMap(\.edges).map(\.parameter))
    let kinds = space.featureKinds
    let ordinals = kinds.indices.filter { kinds[$0] == .ordinal }
    let categoricals = kinds.indices.filter { kinds[$0] != .ordinal && !onEdges.contains($0) }
    let hasDecisions = !ordinals.isEmpty || !categoricals.isEmpty
    let termCount = (covariateCount > 0 ? 1 : 0) + (hasDecisions ? 1 : 0) + 3 * space.graphs.count
    var variances = hyperparameters.prefix(termCount).map { exp($0) }.makeIterator()
    var scales = hyperparameters.dropFirst(termCount).map { exp($0) }.makeIterator()
    func squared(_ difference: Double, _ scale: Double?) -> Double {
      pow(difference / (scale ?? .nan), 2)
    }
    var sum = 1.0
    if covariateCount > 0 {
      let distance = zip(covariates[i], covariates[j]).reduce(0) {
        $0 + squared($1.0 - $1.1, scales.next())
      }
      sum += (variances.next() ?? .nan) * matern(distance)
    }
    let (a, b) = (space.features(of: architectures[i]), space.features(of: architectures[j]))
    if hasDecisions {
      let distance = ordinals.reduce(0) { sum, index in
        let scale = scales.next()
        // None against a value: (½, ½) against (x, 0).
        if (a[index] < 0) != (b[index] < 0) {
          return sum + squared(0.5, scale) + squared(max(a[index], b[index]) - 0.5, scale)
        }
        return sum + squared(a[index] - b[index], scale)
      }
      let differences = categoricals.reduce(0) { sum, index in
        let scale = scales.next()
        return sum + (a[index] == b[index] ? 0 : squared(1, scale))
      }
      sum += (variances.next() ?? .nan) * matern(distance) * exp(-differences / 2)
    }
    for graph in space.graphs {
      let (first, second) = (architectures[i], architectures[j])
      let a = GraphPaths(graph, first).columns(graph, first)
      let b = GraphPaths(graph, second).columns(graph, second)
      let edgeScale = scales.next()
      let differing = zip(a.edges, b.edges).count { $0 != $1 }
      sum += (variances.next() ?? .nan) * exp(-Double(differing) * squared(1, edgeScale) / 2)
      for (a, b) in [(a.counts, b.counts), (a.shape, b.shape)] {
        let scale = scales.next()
        let distance = zip(a, b).reduce(0) { $0 + squared($1.0 - $1.1, scale) }
        sum += (variances.next() ?? .nan) * matern(distance)
      }
    }
    return sum
  }

  /// Returns the covariance of the first observations with the floor and these variances of noise.
  func matrix(noise: [Double]) -> [[Double]] {
    let floor = exp(hyperparameters[kernel.hyperparameterCount])
    return noise.indices.map { i in
      noise.indices.map { j in covariance(i, j) + (i == j ? floor + noise[i] : 0) }
    }
  }

  /// Returns mean and variance at every point, given outputs with these variances of noise at the
  /// first.
  func posterior(_ outputs: [Double], noise: [Double]) -> (means: [Double], variances: [Double]) {
    let matrix = matrix(noise: noise)
    let weights = KernelTextbook.solve(matrix, outputs).solution
    var means: [Double] = []
    var variances: [Double] = []
    for point in 0..<count {
      let cross = outputs.indices.map { covariance($0, point) }
      let explained = KernelTextbook.solve(matrix, cross).solution
      means.append(zip(cross, weights).reduce(0) { $0 + $1.0 * $1.1 })
      variances.append(
        covariance(point, point) - zip(cross, explained).reduce(0) { $0 + $1.0 * $1.1 })
    }
    return (means, variances)
  }

  /// Returns x with `matrix`·x = `right` and log |det|, by elimination with pivots.
  static func solve(
    _ matrix: [[Double]], _ right: [Double]
  ) -> (solution: [Double], logDeterminant: Double) {
    var rows = zip(matrix, right).map { $0 + [$1] }
    var logDeterminant = 0.0
    let n = right.count
    for k in 0..<n {
      let pivot = (k..<n).max { abs(rows[$0][k]) < abs(rows[$1][k]) } ?? k
      rows.swapAt(k, pivot)
      logDeterminant += log(abs(rows[k][k]))
      for i in (k + 1)..<max(n, k + 1) {
        let factor = rows[i][k] / rows[k][k]
        for j in k...n { rows[i][j] -= factor * rows[k][j] }
      }
    }
    var solution = [Double](repeating: 0, count: n)
    for k in (0..<n).reversed() {
      let known = ((k + 1)..<max(n, k + 1)).reduce(0) { $0 + rows[k][$1] * solution[$1] }
      solution[k] = (rows[k][n] - known) / rows[k][k]
    }
    return (solution, logDeterminant)
  }
}

extension KernelTextbook {
  /// What the encodings of the cases hold: with and without covariates, ordinal, categorical and
  /// conditional parameters, and graphs, alone and beside others.
  static let caseCount = 8

  static func make(_ index: Int, points: Int, seed: Int) throws -> KernelTextbook {
    let mixed = [
      TestParameter(count: 4), TestParameter(count: 3, isCategorical: true),
      TestParameter(count: 5, parent: 0), TestParameter(count: 2, isCategorical: true, parent: 0),
      TestParameter(count: 3),
    ]
    let category = TestParameter(count: 4, isCategorical: true)
    let (covariates, space) =
      switch index {
      case 0: (2, try makeSpace(mixed))
      case 1: (0, try makeSpace(mixed))
      case 2: (1, try makeSpace([TestParameter(count: 5)]))
      case 3: (0, try makeSpace([category, category]))
      case 4: (9, try makeSpace([category]))
      case 5: (0, try makeCellSpace(nodes: 4))
      case 6: (2, try makeCellSpace(nodes: 3, mixed))
      default: (1, try twoGraphs())
      }
    return KernelTextbook(space, covariateCount: covariates, points: points, seed: seed + index)
  }

  private static func twoGraphs() throws -> SearchSpace {
    try makeGraphSpace(
      [TestParameter(count: 3)],
      edges: [edgeValues, edgeValues, ["none", "conv"], ["skip", "pool"]],
      graphs: [
        [
          TestEdge(from: 0, to: 2, parameter: 0), TestEdge(from: 0, to: 1, parameter: 1),
          TestEdge(from: 1, to: 2, parameter: 2),
        ],
        [TestEdge(from: 0, to: 1, parameter: 1), TestEdge(from: 1, to: 2, parameter: 3)],
      ], isConditional: true)
  }
}
