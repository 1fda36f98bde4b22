import Foundation
import SearchSpaces
import TensorKernels
import Testing

@testable import BayesianOptimization

/// Architectures with covariates, and the textbook formulas over them: dense, slow, and written
/// from the features of the space, not from the encoding under test.
private struct Textbook {
  let space: SearchSpace
  let kernel: ArchitectureKernel
  var architectures: [Architecture] = []
  var covariates: [[Double]] = []
  var inputs: EncodedPoints
  let covariateCount: Int
  let hyperparameters: [Double]

  init(covariateCount: Int, parameters: [TestParameter], points: Int, seed: Int) throws {
    self.covariateCount = covariateCount
    space = try makeSpace(parameters)
    let encoding = FeatureEncoding(space: space, covariateCount: covariateCount)
    kernel = ArchitectureKernel(encoding: encoding)
    inputs = EncodedPoints(stride: encoding.stride)
    var random = RandomStream(seed: 11, purpose: "textbook", seed)
    for _ in 0..<points {
      let architecture = space.randomArchitecture(using: &random)
      let row = random.uniforms(covariateCount)
      architectures.append(architecture)
      covariates.append(row)
      encoding.append(
        features: space.features(of: architecture), covariates: row, to: &inputs)
    }
    hyperparameters = (0...kernel.hyperparameterCount).map { _ in 0.8 * random.normal() - 0.3 }
  }

  var count: Int { architectures.count }

  func matern(_ r: Double) -> Double {
    (1 + 5.0.squareRoot() * r + 5 * r * r / 3) * exp(-5.0.squareRoot() * r)
  }

  func covariance(_ i: Int, _ j: Int) -> Double {
    var theta = hyperparameters.makeIterator()
    func next() -> Double { exp(theta.next() ?? .nan) }
    let trendVariance = covariateCount > 0 ? next() : 0
    let detailVariance = next()
    var (trend, detail, category) = (0.0, 0.0, 0.0)
    let differences = zip(covariates[i], covariates[j]).map { $0 - $1 }
    for difference in differences { trend += pow(difference / next(), 2) }
    let (a, b) = (space.features(of: architectures[i]), space.features(of: architectures[j]))
    for (index, kind) in space.featureKinds.enumerated() where kind == .ordinal {
      var squared = pow(a[index] - b[index], 2)
      // None against a value: (½, ½) against (x, 0).
      if a[index] < 0 && b[index] >= 0 { squared = 0.25 + pow(b[index] - 0.5, 2) }
      if b[index] < 0 && a[index] >= 0 { squared = 0.25 + pow(a[index] - 0.5, 2) }
      detail += squared / pow(next(), 2)
    }
    for (index, kind) in space.featureKinds.enumerated() where kind != .ordinal {
      let scale = next()
      if a[index] != b[index] { category += 1 / (scale * scale) }
    }
    return 1 + trendVariance * matern(trend.squareRoot())
      + detailVariance * matern(detail.squareRoot()) * exp(-category / 2)
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

private let mixedSpace = [
  TestParameter(count: 4), TestParameter(count: 3, isCategorical: true),
  TestParameter(count: 5, parent: 0), TestParameter(count: 2, isCategorical: true, parent: 0),
  TestParameter(count: 3),
]

@Suite("a Gaussian process over architectures")
struct GaussianProcessTests {
  /// With and without covariates, ordinal and categorical parameters.
  private static let cases: [(covariates: Int, parameters: [TestParameter])] = [
    (2, mixedSpace), (0, mixedSpace), (1, [TestParameter(count: 5)]),
    (
      0,
      [TestParameter(count: 4, isCategorical: true), TestParameter(count: 4, isCategorical: true)]
    ),
    (9, [TestParameter(count: 3, isCategorical: true)]),
  ]

  @Test("has the posterior and the likelihood of the textbook", arguments: 0..<5)
  func posterior(index: Int) throws {
    let (covariateCount, parameters) = GaussianProcessTests.cases[index]
    let book = try Textbook(
      covariateCount: covariateCount, parameters: parameters, points: 20, seed: index)
    let n = 12
    var random = RandomStream(seed: 12, purpose: "outputs", index)
    let outputs = (0..<n).map { _ in random.normal() }
    let noise = (0..<n).map { _ in 0.1 * random.uniform() }
    var training = EncodedPoints(stride: book.inputs.stride)
    training.storage = Array(book.inputs.storage.prefix(n * training.stride))
    let process = try GaussianProcess(
      kernel: book.kernel, hyperparameters: book.hyperparameters, inputs: training,
      outputs: outputs, noiseVariances: noise)

    let floor = exp(book.hyperparameters[book.kernel.hyperparameterCount])
    let matrix = (0..<n).map { i in
      (0..<n).map { j in book.covariance(i, j) + (i == j ? floor + noise[i] : 0) }
    }
    let (alpha, logDeterminant) = Textbook.solve(matrix, outputs)
    let fit = zip(outputs, alpha).reduce(0) { $0 + $1.0 * $1.1 }
    let likelihood = -0.5 * (fit + logDeterminant + Double(n) * log(2 * .pi))
    #expect(abs(process.logMarginalLikelihood - likelihood) < 1e-9)

    let posterior = process.posterior(at: book.inputs)
    #expect(posterior.means.count == 20 && posterior.variances.count == 20)
    for point in 0..<20 {
      let cross = (0..<n).map { book.covariance($0, point) }
      let mean = zip(cross, alpha).reduce(0) { $0 + $1.0 * $1.1 }
      let explained = zip(cross, Textbook.solve(matrix, cross).solution).reduce(0) {
        $0 + $1.0 * $1.1
      }
      #expect(abs(posterior.means[point] - mean) < 1e-9)
      #expect(abs(posterior.variances[point] - (book.covariance(point, point) - explained)) < 1e-9)
    }
  }

  @Test("has the gradient of its likelihood that finite differences have", arguments: 0..<5)
  func gradient(index: Int) throws {
    let (covariateCount, parameters) = GaussianProcessTests.cases[index]
    let book = try Textbook(
      covariateCount: covariateCount, parameters: parameters, points: 15, seed: 50 + index)
    var random = RandomStream(seed: 13, purpose: "outputs", index)
    let outputs = (0..<15).map { _ in random.normal() }
    let noise = [Double](repeating: 0.05, count: 15)
    func process(_ hyperparameters: [Double]) throws -> GaussianProcess {
      try GaussianProcess(
        kernel: book.kernel, hyperparameters: hyperparameters, inputs: book.inputs,
        outputs: outputs, noiseVariances: noise)
    }
    let gradient = try process(book.hyperparameters).logMarginalLikelihoodGradient()
    #expect(gradient.count == book.hyperparameters.count)
    for parameter in gradient.indices {
      let step = 1e-4
      var (up, down) = (book.hyperparameters, book.hyperparameters)
      up[parameter] += step
      down[parameter] -= step
      let slope =
        (try process(up).logMarginalLikelihood - process(down).logMarginalLikelihood) / (2 * step)
      // The error of central differences is of the order of step².
      #expect(abs(gradient[parameter] - slope) < 1e-6 * max(1, abs(slope)))
    }
  }

  @Test("finds hyperparameters more probable than where it starts, the same every time")
  func fitting() throws {
    let book = try Textbook(covariateCount: 2, parameters: mixedSpace, points: 30, seed: 99)
    let outputs = book.covariates.map { 3 * ($0[0] - 0.5) + 0.5 * sin(6 * $0[1]) }
    let noise = [Double](repeating: 0, count: 30)
    let prior = HyperparameterPrior(for: book.kernel)
    let start = try GaussianProcess(
      kernel: book.kernel, hyperparameters: prior.means, inputs: book.inputs, outputs: outputs,
      noiseVariances: noise)
    let fitted = try GaussianProcess.fitted(
      kernel: book.kernel, inputs: book.inputs, outputs: outputs, noiseVariances: noise)
    let belief = prior.logDensity(at: fitted.hyperparameters).value
    #expect(fitted.logMarginalLikelihood + belief > start.logMarginalLikelihood + 5)
    let again = try GaussianProcess.fitted(
      kernel: book.kernel, inputs: book.inputs, outputs: outputs, noiseVariances: noise)
    #expect(again.hyperparameters == fitted.hyperparameters)
    #expect(again.posterior(at: book.inputs).means == fitted.posterior(at: book.inputs).means)
  }

  @Test("takes repeated points, and believes exact ones more than noisy ones")
  func repeatedPoints() throws {
    let book = try Textbook(covariateCount: 1, parameters: mixedSpace, points: 1, seed: 3)
    var twice = book.inputs
    twice.append(contentsOf: book.inputs)
    let process = try GaussianProcess(
      kernel: book.kernel, hyperparameters: book.hyperparameters, inputs: twice, outputs: [0, 1],
      noiseVariances: [0, 100])
    #expect(abs(process.posterior(at: book.inputs).means[0]) < 0.1)
  }

  @Test("throws where a covariance has no factor")
  func noFactor() throws {
    let book = try Textbook(covariateCount: 1, parameters: mixedSpace, points: 2, seed: 3)
    #expect(throws: NotPositiveDefinite(count: 2)) {
      try GaussianProcess(
        kernel: book.kernel, hyperparameters: book.hyperparameters, inputs: book.inputs,
        outputs: [0, 1], noiseVariances: [.nan, 0])
    }
  }
}
