import Foundation

/// Exact Gaussian-process regression that grows by one observation at a time.
///
/// Holds L, the lower Cholesky factor of the observations' covariance, row by row: what an
/// observation adds does not touch the rows before it. Every number is summed in an order that does
/// not depend on when its row was added, so a process that grew and one built at once agree in every
/// bit. `PosteriorPanel` gives what the observations say of other points.
///
/// Source: Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, algorithm 2.1.
struct GaussianProcess: Sendable {
  let function: KernelFunction
  /// k(x, x).
  let priorVariance: Double
  /// The observed points.
  private(set) var points: EncodedPoints
  /// The variance of each observation's noise.
  private(set) var noise: [Double] = []
  /// L row by row, each up to the column before its diagonal.
  private(set) var factor: [[Double]] = []
  /// 1 / L_rr.
  private(set) var inversePivots: [Double] = []

  /// A pivot below this share of the prior variance is rounding; that much noise replaces it.
  private static let smallestPivot = 1e-9

  /// Creates the process without observations.
  init(kernel: ArchitectureKernel, hyperparameters: [Double]) {
    function = KernelFunction(kernel, hyperparameters)
    priorVariance = kernel.variance(hyperparameters)
    points = EncodedPoints(columnCount: kernel.encoding.columnCount)
  }

  /// The number of observations.
  var count: Int { noise.count }

  /// Adds an observation of a point, with the variance of its noise.
  mutating func observe(_ row: [Double], noise variance: Double) {
    let index = count
    points.append(row)
    noise.append(variance)
    var entries = [Double](repeating: 0, count: points.chunkCount * EncodedPoints.lanes)
    entries.withUnsafeMutableBufferPointer { buffer in
      guard let output = buffer.baseAddress else { return }
      function.covariance(of: row, with: points, chunks: 0..<points.chunkCount, into: output)
    }
    var pivot = priorVariance + variance
    for column in 0..<index {
      let value = (entries[column] - dot(entries, factor[column], column)) * inversePivots[column]
      entries[column] = value
      pivot -= value * value
    }
    entries.removeSubrange(index...)
    factor.append(entries)
    let smallest = GaussianProcess.smallestPivot * priorVariance
    inversePivots.append(1 / (pivot > smallest ? pivot : smallest).squareRoot())
  }

  /// Forgets all observations but the first `count`.
  mutating func forget(after count: Int) {
    guard count < self.count else { return }
    points.removeLast(self.count - count)
    noise.removeSubrange(count...)
    factor.removeSubrange(count...)
    inversePivots.removeSubrange(count...)
  }

  /// Returns L⁻¹·y, y being the outputs of the first observations and, for the others, what those say
  /// of them: zeros, since they bring no news.
  func whitened(_ outputs: [Double]) -> [Double] {
    precondition(outputs.count <= count, "\(outputs.count) outputs of \(count) observations")
    var solution = outputs
    for row in solution.indices {
      solution[row] = (solution[row] - dot(solution, factor[row], row)) * inversePivots[row]
    }
    return solution + Array(repeating: 0, count: count - outputs.count)
  }

  /// Returns the posterior means of the observed points: y − N·K⁻¹·y, with N the noise and K the
  /// covariance of the observations.
  ///
  /// - Parameter whitened: L⁻¹·y.
  func observedMeans(whitened: [Double]) -> [Double] {
    var weights = whitened
    var means = whitened
    for row in (0..<count).reversed() {
      weights[row] *= inversePivots[row]
      for column in 0..<row { weights[column] -= factor[row][column] * weights[row] }
    }
    for row in 0..<count {
      // (L·L⁻¹·y)_r is the output itself.
      let output = dot(whitened, factor[row], row) + whitened[row] / inversePivots[row]
      means[row] = output - noise[row] * weights[row]
    }
    return means
  }

  /// Returns Σ a_i·b_i over the first `count` numbers.
  private func dot(_ a: [Double], _ b: [Double], _ count: Int) -> Double {
    a.withUnsafeBytes { a in
      b.withUnsafeBytes { b in
        var lanes = SIMD8<Double>.zero
        var index = 0
        while index + 8 <= count {
          lanes.addProduct(
            a.loadUnaligned(fromByteOffset: 8 * index, as: SIMD8<Double>.self),
            b.loadUnaligned(fromByteOffset: 8 * index, as: SIMD8<Double>.self))
          index += 8
        }
        var sum = lanes.sum()
        while index < count {
          sum +=
            a.load(fromByteOffset: 8 * index, as: Double.self)
            * b.load(fromByteOffset: 8 * index, as: Double.self)
          index += 1
        }
        return sum
      }
    }
  }
}
