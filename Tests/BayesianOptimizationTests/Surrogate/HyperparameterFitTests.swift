import Foundation
import RandomStreams
import Testing

@testable import BayesianOptimization

@Suite("the fit of hyperparameters")
struct HyperparameterFitTests {
  private static let cases = 0..<KernelTextbook.caseCount

  private func fit(
    _ book: KernelTextbook, _ outputs: [Double], noise: [Double]
  ) -> HyperparameterFit {
    HyperparameterFit(
      kernel: book.kernel, points: book.points(0..<outputs.count), outputs: outputs, noise: noise)
  }

  @Test("has the likelihood of the textbook", arguments: cases)
  func likelihood(index: Int) throws {
    for count in [1, 8, 13] {
      let book = try KernelTextbook.make(index, points: count, seed: 30 + count)
      var random = RandomStream(seed: 12, purpose: "likelihood", index, count)
      let outputs = (0..<count).map { _ in random.normal() }
      let noise = (0..<count).map { _ in 0.1 * random.uniform() }
      let (weights, logDeterminant) = KernelTextbook.solve(book.matrix(noise: noise), outputs)
      let fit = zip(outputs, weights).reduce(0) { $0 + $1.0 * $1.1 }
      let expected = -0.5 * (fit + logDeterminant + Double(count) * log(2 * .pi))
      let likelihood = try #require(
        self.fit(book, outputs, noise: noise).logMarginalLikelihood(at: book.hyperparameters))
      #expect(abs(likelihood.value - expected) < 1e-9)
    }
  }

  @Test("has the gradient of its likelihood that finite differences have", arguments: cases)
  func gradient(index: Int) throws {
    let book = try KernelTextbook.make(index, points: 15, seed: 50)
    var random = RandomStream(seed: 13, purpose: "gradient", index)
    let outputs = (0..<15).map { _ in random.normal() }
    let fit = fit(book, outputs, noise: [Double](repeating: 0.05, count: 15))
    let gradient = try #require(fit.logMarginalLikelihood(at: book.hyperparameters)).gradient
    #expect(gradient.count == book.hyperparameters.count)
    for parameter in gradient.indices {
      let step = 1e-4
      var (up, down) = (book.hyperparameters, book.hyperparameters)
      up[parameter] += step
      down[parameter] -= step
      let slope =
        (try #require(fit.logMarginalLikelihood(at: up)).value
          - #require(fit.logMarginalLikelihood(at: down)).value) / (2 * step)
      // The error of central differences is of the order of step².
      #expect(abs(gradient[parameter] - slope) < 1e-6 * max(1, abs(slope)))
    }
  }

  @Test("has the gradient of its prior that finite differences have", arguments: cases)
  func priorGradient(index: Int) throws {
    let book = try KernelTextbook.make(index, points: 15, seed: 70)
    let prior = HyperparameterPrior(for: book.kernel, points: book.points)
    #expect(prior.means.count == book.hyperparameters.count)
    #expect(prior.deviations.count == book.hyperparameters.count)
    let gradient = prior.logDensity(at: book.hyperparameters).gradient
    for parameter in gradient.indices {
      var (up, down) = (book.hyperparameters, book.hyperparameters)
      up[parameter] += 1e-4
      down[parameter] -= 1e-4
      let slope = (prior.logDensity(at: up).value - prior.logDensity(at: down).value) / 2e-4
      #expect(abs(gradient[parameter] - slope) < 1e-6 * max(1, abs(slope)))
    }
    #expect(prior.logDensity(at: prior.means).value == 0)
  }

  @Test(
    "measures the prior's shared length scales against the distances of the points",
    arguments: cases)
  func typicalDistances(index: Int) throws {
    let book = try KernelTextbook.make(index, points: 33, seed: 80)
    let prior = HyperparameterPrior(for: book.kernel, points: book.points)
    let rows = (0..<book.count).map(book.points.row)
    for block in book.kernel.encoding.terms.flatMap(\.blocks)
    where block.columns.count > 1 && Set(block.scaleOfColumn).count == 1 {
      var sum = 0.0
      for a in rows {
        for b in rows {
          for column in block.columns {
            let difference = a[column] - b[column]
            sum += block.distance == .hamming ? (difference == 0 ? 0 : 1) : difference * difference
          }
        }
      }
      let expected = log(1.4 * (sum / Double(rows.count * rows.count)).squareRoot())
      let scale = book.kernel.encoding.terms.count + block.scaleOfColumn[0]
      #expect(abs(prior.means[scale] - expected) < 1e-12)
    }
  }

  @Test("gives each term its share of the expected variance")
  func termVariances() throws {
    let book = try KernelTextbook.make(6, points: 15, seed: 75)
    let terms = book.kernel.encoding.terms
    #expect(terms.contains { $0.share < 1 } && terms.contains { $0.share == 1 })
    for variance in [1, 0.05] {
      let prior = HyperparameterPrior(for: book.kernel, points: book.points, variance: variance)
      for (term, mean) in zip(terms, prior.means) {
        #expect(abs(exp(mean) - term.share * variance / Double(terms.count)) < 1e-12)
      }
    }
  }

  /// Outputs that depend on the covariates alone.
  @Test("finds hyperparameters more probable than where it starts, the same every time")
  func fitting() throws {
    let book = try KernelTextbook.make(0, points: 30, seed: 99)
    let outputs = book.covariates.map { 3 * ($0[0] - 0.5) + 0.5 * sin(6 * $0[1]) }
    let fit = fit(book, outputs, noise: [Double](repeating: 0, count: 30))
    func logPosterior(_ hyperparameters: [Double]) throws -> Double {
      try #require(fit.logMarginalLikelihood(at: hyperparameters)).value
        + fit.prior.logDensity(at: hyperparameters).value
    }
    let mode = fit.mode()
    #expect(try logPosterior(mode) > logPosterior(fit.prior.means) + 5)
    #expect(mode == self.fit(book, outputs, noise: fit.noise).mode())
    // More evaluations find nothing much better.
    #expect(try logPosterior(fit.mode(evaluationsPerStart: 400)) < logPosterior(mode) + 0.5)
  }

  @Test("has no likelihood where a covariance has no factor, and then fits the prior")
  func noFactor() throws {
    let book = try KernelTextbook.make(0, points: 2, seed: 3)
    let fit = fit(book, [0, 1], noise: [.nan, 0])
    #expect(fit.logMarginalLikelihood(at: book.hyperparameters) == nil)
    #expect(fit.mode() == fit.prior.means)
    let negative = self.fit(book, [0, 1], noise: [-1e6, 0])
    #expect(negative.logMarginalLikelihood(at: book.hyperparameters) == nil)
  }
}
