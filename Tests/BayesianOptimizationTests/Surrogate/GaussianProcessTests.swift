import Foundation
import RandomStreams
import Testing

@testable import BayesianOptimization

@Suite("a Gaussian process over architectures")
struct GaussianProcessTests {
  private static let cases = 0..<KernelTextbook.caseCount

  /// Outputs and variances of noise of the first `count` points.
  private func data(_ count: Int, seed: Int) -> (outputs: [Double], noise: [Double]) {
    var random = RandomStream(seed: 12, purpose: "outputs", seed)
    return (
      (0..<count).map { _ in random.normal() }, (0..<count).map { _ in 0.1 * random.uniform() }
    )
  }

  private func floor(_ book: KernelTextbook) -> Double {
    exp(book.hyperparameters[book.kernel.hyperparameterCount])
  }

  /// Returns the process that has seen the first points.
  private func process(_ book: KernelTextbook, noise: [Double]) -> GaussianProcess {
    var process = GaussianProcess(kernel: book.kernel, hyperparameters: book.hyperparameters)
    for (index, variance) in noise.enumerated() {
      process.observe(book.points.row(index), noise: floor(book) + variance)
    }
    return process
  }

  private func posterior(
    _ process: GaussianProcess, _ outputs: [Double], at points: EncodedPoints
  ) -> PosteriorPanel.Posterior {
    let panel = PosteriorPanel(points: points)
    panel.update(from: process)
    return panel.posterior(
      whitened: process.whitened(outputs), priorVariance: process.priorVariance)
  }

  @Test("has the posterior of the textbook", arguments: cases)
  func posterior(index: Int) throws {
    let book = try KernelTextbook.make(index, points: 43, seed: 0)
    let (outputs, noise) = data(12, seed: index)
    let process = process(book, noise: noise)
    let posterior = posterior(process, outputs, at: book.points)
    let expected = book.posterior(outputs, noise: noise)
    #expect(posterior.means.count == 43 && posterior.variances.count == 43)
    for point in 0..<43 {
      #expect(abs(posterior.means[point] - expected.means[point]) < 1e-9)
      #expect(abs(posterior.variances[point] - expected.variances[point]) < 1e-9)
    }
    // What it says of the points observed, without a panel.
    let observed = process.observedMeans(whitened: process.whitened(outputs))
    #expect(observed.count == 12)
    for point in 0..<12 { #expect(abs(observed[point] - expected.means[point]) < 1e-9) }
  }

  /// More points than a panel works on at once (256), and some beyond whole groups of eight.
  @Test(
    "agrees in every bit with one that grew or forgot, whenever it was asked", arguments: [0, 5, 6])
  func growth(index: Int) throws {
    let book = try KernelTextbook.make(index, points: 301, seed: 20)
    let (outputs, noise) = data(37, seed: 20 + index)
    let atOnce = process(book, noise: noise)
    let expected = posterior(atOnce, outputs, at: book.points)

    var random = RandomStream(seed: 25, purpose: "growth", index)
    var grown = GaussianProcess(kernel: book.kernel, hyperparameters: book.hyperparameters)
    let panel = PosteriorPanel(points: book.points)
    while grown.count < 37 {
      // Every now and then some that come to nothing.
      if random.integer(below: 4) == 0 {
        let kept = grown.count - random.integer(below: min(grown.count, 11) + 1)
        for wrong in 0..<random.integer(below: 10) {
          grown.observe(book.points.row(200 + wrong), noise: 0.5)
        }
        if random.integer(below: 2) == 0 { panel.update(from: grown) }
        grown.forget(after: kept)
        panel.forget(after: kept)
      } else {
        grown.observe(book.points.row(grown.count), noise: floor(book) + noise[grown.count])
        if random.integer(below: 3) == 0 { panel.update(from: grown) }
      }
    }
    panel.update(from: grown)
    let posterior = panel.posterior(
      whitened: grown.whitened(outputs), priorVariance: grown.priorVariance)
    #expect(grown.factor == atOnce.factor && grown.inversePivots == atOnce.inversePivots)
    #expect(posterior.means == expected.means && posterior.variances == expected.variances)
    #expect(panel.count == 37)

    // A point's posterior does not depend on those it is asked with.
    for point in [0, 9, 255, 256, 300] {
      let alone = self.posterior(atOnce, outputs, at: book.points(point..<(point + 1)))
      #expect(alone.means == [expected.means[point]])
      #expect(alone.variances == [expected.variances[point]])
    }
  }

  @Test(
    "takes observations without outputs at their means: these stay, variances fall",
    arguments: cases)
  func believer(index: Int) throws {
    let book = try KernelTextbook.make(index, points: 40, seed: 40)
    let (outputs, noise) = data(20, seed: 40 + index)
    let known = process(book, noise: Array(noise.prefix(14)))
    let believing = process(book, noise: noise)
    let before = posterior(known, Array(outputs.prefix(14)), at: book.points)
    let after = posterior(believing, Array(outputs.prefix(14)), at: book.points)
    // The textbook's way: the posterior mean of the six, taken as measured.
    let believed = outputs.prefix(14) + before.means[14..<20]
    let measured = posterior(believing, Array(believed), at: book.points)
    for point in 0..<40 {
      #expect(abs(after.means[point] - before.means[point]) < 1e-9)
      #expect(abs(after.means[point] - measured.means[point]) < 1e-9)
      #expect(after.variances[point] < before.variances[point] + 1e-12)
      #expect(after.variances[point] == measured.variances[point])
    }
    for point in 14..<20 { #expect(after.variances[point] < before.variances[point]) }
    let means = believing.observedMeans(whitened: believing.whitened(Array(outputs.prefix(14))))
    for point in 0..<20 { #expect(abs(means[point] - before.means[point]) < 1e-9) }
  }

  @Test("takes repeated points, and believes exact ones more than noisy ones")
  func repeatedPoints() throws {
    let book = try KernelTextbook.make(2, points: 1, seed: 3)
    var process = GaussianProcess(kernel: book.kernel, hyperparameters: book.hyperparameters)
    for noise in [0.0, 100] { process.observe(book.points.row(0), noise: noise) }
    #expect(abs(posterior(process, [0, 1], at: book.points).means[0]) < 0.1)
  }

  /// Their covariance has no Cholesky factor; a little noise takes its place.
  @Test("takes exact repetitions, even contradicting ones")
  func exactRepetitions() throws {
    let book = try KernelTextbook.make(0, points: 3, seed: 4)
    var process = GaussianProcess(kernel: book.kernel, hyperparameters: book.hyperparameters)
    for _ in 0..<5 { process.observe(book.points.row(0), noise: 0) }
    process.observe(book.points.row(1), noise: 0)
    let agreeing = posterior(process, [0.7, 0.7, 0.7, 0.7, 0.7, -1], at: book.points)
    #expect(abs(agreeing.means[0] - 0.7) < 1e-4 && abs(agreeing.means[1] + 1) < 1e-4)
    let contradicting = posterior(process, [1, 0, 1, 0, 1, -1], at: book.points)
    #expect(contradicting.means.allSatisfy { $0.isFinite })
    #expect(contradicting.variances.allSatisfy { $0 >= 0 })
  }

  @Test("knows nothing before the first observation but the prior")
  func prior() throws {
    let book = try KernelTextbook.make(6, points: 5, seed: 5)
    let posterior = posterior(process(book, noise: []), [], at: book.points)
    #expect(posterior.means == [0, 0, 0, 0, 0])
    #expect(
      posterior.variances
        == Array(repeating: book.kernel.variance(book.hyperparameters), count: 5))
  }
}
