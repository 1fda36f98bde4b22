import Foundation
import RandomStreams
import Testing

@testable import BayesianOptimization

@Suite("the kernel of architectures")
struct KernelFunctionTests {
  private static let cases = 0..<KernelTextbook.caseCount

  @Test("is that of the textbook, wherever the points stand", arguments: cases)
  func covariance(index: Int) throws {
    let book = try KernelTextbook.make(index, points: 21, seed: 200)
    let function = KernelFunction(book.kernel, book.hyperparameters)
    for (chunks, first) in [(0..<3, 0), (1..<3, 8), (2..<3, 16)] {
      var row = [Double](repeating: .nan, count: 8 * chunks.count)
      for i in 0..<book.count {
        row.withUnsafeMutableBufferPointer { buffer in
          guard let output = buffer.baseAddress else { return }
          function.covariance(
            of: book.points.row(i), with: book.points, chunks: chunks, into: output)
        }
        for j in first..<book.count {
          let expected = book.covariance(i, j)
          #expect(abs(row[j - first] - expected) < 1e-13 * expected)
        }
      }
    }
    #expect(book.hyperparameters.count == book.kernel.hyperparameterCount + 1)
    let variance = book.kernel.variance(book.hyperparameters)
    #expect(abs(variance - book.covariance(0, 0)) < 1e-13 * variance)
  }

  @Test("has the gradient of finite differences of the textbook", arguments: cases)
  func gradient(index: Int) throws {
    let book = try KernelTextbook.make(index, points: 11, seed: 250)
    let n = book.count
    var random = RandomStream(seed: 24, purpose: "kernel gradient", index)
    // Symmetric, and padded with zeros as its user pads it.
    var weights = [Double](repeating: 0, count: n * 16)
    for i in 0..<n {
      for j in 0...i {
        let weight = random.normal()
        (weights[i * 16 + j], weights[j * 16 + i]) = (weight, weight)
      }
    }
    func sum(_ hyperparameters: [Double]) -> Double {
      var sum = 0.0
      for i in 0..<n {
        for j in 0..<n {
          sum += weights[i * 16 + j] * book.covariance(i, j, at: hyperparameters)
        }
      }
      return sum
    }
    let gradient = KernelFunction(book.kernel, book.hyperparameters).gradient(
      at: book.points, weights: weights, scaleCount: book.kernel.encoding.scaleCount)
    #expect(gradient.count == book.kernel.hyperparameterCount)
    for parameter in gradient.indices {
      let step = 1e-4
      var (up, down) = (book.hyperparameters, book.hyperparameters)
      up[parameter] += step
      down[parameter] -= step
      let slope = (sum(up) - sum(down)) / (2 * step)
      // The error of central differences is of the order of step².
      #expect(abs(gradient[parameter] - slope) < 1e-6 * max(1, abs(slope)))
    }
  }

  @Test("has the variance of the constant mean that it is given")
  func constantVariance() throws {
    let book = try KernelTextbook.make(6, points: 9, seed: 270)
    let kernel = ArchitectureKernel(encoding: book.kernel.encoding, constantVariance: 0.25)
    var row = [Double](repeating: 0, count: 16)
    row.withUnsafeMutableBufferPointer { buffer in
      guard let output = buffer.baseAddress else { return }
      KernelFunction(kernel, book.hyperparameters).covariance(
        of: book.points.row(2), with: book.points, chunks: 0..<2, into: output)
    }
    for j in 0..<9 { #expect(abs(row[j] - (book.covariance(2, j) - 0.75)) < 1e-12) }
    let difference =
      book.kernel.variance(book.hyperparameters) - kernel.variance(book.hyperparameters)
    #expect(abs(difference - 0.75) < 1e-12)
  }

  @Test("has a term for each thing that may make architectures alike")
  func terms() throws {
    func names(_ index: Int) throws -> [String] {
      try KernelTextbook.make(index, points: 1, seed: 0).kernel.encoding.terms.map(\.name)
    }
    #expect(try names(0) == ["trend", "decisions"])
    #expect(try names(3) == ["decisions"])
    #expect(try names(5) == ["edges", "counts", "shape"])
    #expect(try names(6) == ["trend", "decisions", "edges", "counts", "shape"])
    #expect(try names(7).count == 8)
  }
}
