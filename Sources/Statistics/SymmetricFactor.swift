import COpenBLAS
import Foundation
import SystemResources

/// The Cholesky factor L of a symmetric positive definite matrix A = L·Lᵀ.
public struct SymmetricFactor: Sendable {
  /// The number of rows.
  public let order: Int
  /// Column after column; what stands above the diagonal has no meaning.
  private var factor: [Double]

  /// Factors a matrix.
  ///
  /// - Parameter matrix: `order`² values, of which the lower triangle is read (of a symmetric matrix it
  ///   does not matter whether rows or columns come first).
  /// - Returns: Nil if the matrix is not positive definite, or holds what is not a number.
  public init?(_ matrix: [Double], order: Int) {
    precondition(matrix.count == order * order, "\(matrix.count) values for \(order) rows")
    self.order = order
    factor = matrix
    _ = SymmetricFactor.useOneThread
    guard order > 0 else { return }
    var (size, stride, info) = (Int32(order), Int32(order), Int32(0))
    dpotrf_("L", &size, &factor, &stride, &info)
    // Not every library reports a pivot that is not a number.
    guard info == 0, (0..<order).allSatisfy({ factor[$0 * order + $0] > 0 }) else { return nil }
  }

  /// OpenBLAS on one thread: several would sum in another order, and trials use the cores.
  public static let useOneThread: Void = {
    do throws(LinearAlgebraMemory.Refused) {
      try LinearAlgebraMemory.take()
    } catch {
      Exhaustion.end(error.description)
    }
    openblas_set_num_threads(1)
  }()

  /// log det A.
  public var logDeterminant: Double {
    (0..<order).reduce(0) { $0 + 2 * log(factor[$1 * order + $1]) }
  }

  /// Returns L⁻¹·b.
  public func halfSolve(_ b: [Double]) -> [Double] {
    solve(b, transposed: false)
  }

  /// Returns A⁻¹·b.
  public func solve(_ b: [Double]) -> [Double] {
    solve(solve(b, transposed: false), transposed: true)
  }

  private func solve(_ b: [Double], transposed: Bool) -> [Double] {
    precondition(b.count == order, "\(b.count) values for \(order) rows")
    var x = b
    cblas_dtrsv(
      CblasColMajor, CblasLower, transposed ? CblasTrans : CblasNoTrans, CblasNonUnit,
      Int32(order), factor, Int32(order), &x, 1)
    return x
  }

  /// Returns A⁻¹, both triangles.
  public func inverse() -> [Double] {
    var inverse = factor
    var (size, stride, info) = (Int32(order), Int32(order), Int32(0))
    dpotri_("L", &size, &inverse, &stride, &info)
    for column in 0..<order {
      for row in column + 1..<max(order, column + 1) {
        inverse[row * order + column] = inverse[column * order + row]
      }
    }
    return inverse
  }
}
