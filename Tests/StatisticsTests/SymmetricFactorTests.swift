import Foundation
import RandomStreams
import Testing

@testable import Statistics

@Suite("the Cholesky factor of a symmetric matrix")
struct SymmetricFactorTests {
  /// L has the rows (2), (6, 1), (−8, 5, 3); its inverse gives L⁻¹·b below.
  private let matrix: [Double] = [4, 12, -16, 12, 37, -43, -16, -43, 98]

  @Test("solves and has the determinant that a hand computes")
  func byHand() throws {
    let factor = try #require(SymmetricFactor(matrix, order: 3))
    #expect(abs(factor.logDeterminant - log(36)) < 1e-12)
    // L·(1, 2, 3) = (2, 8, 11).
    expect(factor.halfSolve([2, 8, 11]), [1, 2, 3])
    // A·(1, −2, 3) = (−68, −191, 364).
    expect(factor.solve([-68, -191, 364]), [1, -2, 3])
    // The adjugate over the determinant 36.
    let adjugate: [Double] = [1777, -488, 76, -488, 136, -20, 76, -20, 4]
    expect(factor.inverse(), adjugate.map { $0 / 36 })
  }

  @Test("gives the matrix back as L·Lᵀ")
  func product() throws {
    let order = 7
    var random = RandomStream(seed: 1, purpose: "symmetric factor")
    let root = (0..<order * order).map { _ in random.normal() }
    var matrix = [Double](repeating: 0, count: order * order)
    for i in 0..<order {
      for j in 0..<order {
        for k in 0..<order { matrix[i * order + j] += root[i * order + k] * root[j * order + k] }
      }
      matrix[i * order + i] += 0.1
    }
    let factor = try #require(SymmetricFactor(matrix, order: order))
    // The columns of L⁻¹·A are those of Lᵀ: their products are those of the rows of L.
    let columns = (0..<order).map { column in
      factor.halfSolve((0..<order).map { matrix[$0 * order + column] })
    }
    for i in 0..<order {
      for j in 0..<order {
        let value = zip(columns[i], columns[j]).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(value - matrix[i * order + j]) < 1e-10)
      }
      // L⁻¹·A = Lᵀ has zeros below its diagonal.
      #expect(columns[i][(i + 1)...].allSatisfy { abs($0) < 1e-10 })
    }
  }

  @Test("is none of a matrix that is not positive definite, or is not a number")
  func indefinite() {
    #expect(SymmetricFactor([1, 2, 2, 1], order: 2) == nil)
    #expect(SymmetricFactor([1, 1, 1, 1], order: 2) == nil)
    #expect(SymmetricFactor([-1], order: 1) == nil)
    #expect(SymmetricFactor([1, 0, 0, .nan], order: 2) == nil)
  }

  @Test("of no rows solves nothing")
  func empty() throws {
    let factor = try #require(SymmetricFactor([], order: 0))
    #expect(factor.logDeterminant == 0 && factor.inverse().isEmpty)
  }

  private func expect(
    _ found: [Double], _ expected: [Double], _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(found.count == expected.count, sourceLocation: location)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-9, sourceLocation: location) }
  }
}
