import Foundation

/// The prior covariance of the accuracies of two architectures.
///
///     k(x, x') = 1 + s_t²·M(r_trend) + s_d²·M(r_detail)·exp(−½·r_category²)
///
/// M is the Matérn-5/2 correlation, r a distance over the columns of one block of
/// `FeatureEncoding`, each column divided by its length scale (automatic relevance
/// determination). The first term is the unknown constant mean with prior N(0, 1), integrated out
/// (outputs are standardised). The second says that students of alike size have alike accuracies;
/// the third what the decisions add to that: the ordinal ones by distance and the categorical
/// ones by the exponential of the weighted Hamming distance.
///
/// Sources: Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, equations
/// 2.40, 4.17 and 5.2; the Hamming factor is the transformed overlap kernel of Wan et al. 2021,
/// arXiv:2102.07188.
struct ArchitectureKernel: Sendable {
  let encoding: FeatureEncoding

  /// Whether there is a trend term: the encoding has covariates.
  private var hasTrend: Bool { encoding.scaleCounts.trend > 0 }

  /// The number of hyperparameters: log s_t² (if there are covariates), log s_d², then the
  /// logarithms of the length scales.
  var hyperparameterCount: Int { firstScale + scaleCount }

  private var firstScale: Int { hasTrend ? 2 : 1 }

  /// The number of length scales.
  var scaleCount: Int {
    encoding.scaleCounts.trend + encoding.scaleCounts.detail + encoding.scaleCounts.category
  }

  /// Variance of the constant mean.
  private static let constantVariance = 1.0

  /// Returns the points with every column divided by its length scale.
  func scaled(_ points: EncodedPoints, _ hyperparameters: [Double]) -> EncodedPoints {
    let factors = encoding.scaleOfColumn.map { scale in
      scale.map { exp(-hyperparameters[firstScale + $0]) } ?? 0
    }
    var result = points
    result.storage.withUnsafeMutableBufferPointer { storage in
      for start in stride(from: 0, to: storage.count, by: points.stride) {
        for column in factors.indices { storage[start + column] *= factors[column] }
      }
    }
    return result
  }

  /// Returns k(x, x), the same for every x.
  func variance(_ hyperparameters: [Double]) -> Double {
    let variances = self.variances(hyperparameters)
    return ArchitectureKernel.constantVariance + variances.trend + variances.detail
  }

  /// Writes k(a, b) for all rows a and b of scaled points: `output[a + b·rows.count]`.
  ///
  /// - Parameter isSymmetric: The columns are the rows, and only b ≤ a is wanted.
  func covariance(
    rows: EncodedPoints, columns: Range<Int>, of others: EncodedPoints, isSymmetric: Bool,
    _ hyperparameters: [Double], into output: UnsafeMutablePointer<Double>
  ) {
    let variances = self.variances(hyperparameters)
    let count = rows.count
    rows.storage.withUnsafeBufferPointer { rowStorage in
      others.storage.withUnsafeBufferPointer { otherStorage in
        guard let a = rowStorage.baseAddress, let b = otherStorage.baseAddress else { return }
        for (position, column) in columns.enumerated() {
          for row in (isSymmetric ? position : 0)..<count {
            let terms = self.terms(a + row * rows.stride, b + column * rows.stride, variances)
            output[row + position * count] =
              ArchitectureKernel.constantVariance + terms.trend + terms.detail
          }
        }
      }
    }
  }

  /// Returns Σ_ij w_ij·∂k(x_i, x_j)/∂θ for every hyperparameter θ.
  ///
  /// - Parameters:
  ///   - points: Scaled points, n of them.
  ///   - weights: A symmetric n×n matrix, of which the entries `[i + j·n]` with i ≥ j are read.
  func gradient(
    at points: EncodedPoints, weights: [Double], _ hyperparameters: [Double]
  ) -> [Double] {
    let variances = self.variances(hyperparameters)
    let n = points.count
    var sums = (trend: 0.0, detail: 0.0)
    var columnSums = [Double](repeating: 0, count: encoding.stride)
    points.storage.withUnsafeBufferPointer { storage in
      columnSums.withUnsafeMutableBufferPointer { columnSums in
        guard let base = storage.baseAddress, let slopes = columnSums.baseAddress else { return }
        for j in 0..<n {
          let b = base + j * points.stride
          let diagonal = weights[j + j * n]
          sums.trend += diagonal * variances.trend
          sums.detail += diagonal * variances.detail
          for i in (j + 1)..<max(n, j + 1) {
            let a = base + i * points.stride
            // Each pair stands for two entries of the matrix.
            let weight = 2 * weights[i + j * n]
            let terms = self.terms(a, b, variances)
            sums.trend += weight * terms.trend
            sums.detail += weight * terms.detail
            addSquares(a, b, encoding.trend, times: weight * terms.trendSlope, to: slopes)
            addSquares(a, b, encoding.detail, times: weight * terms.detailSlope, to: slopes)
            addSquares(a, b, encoding.category, times: weight * terms.categorySlope, to: slopes)
          }
        }
      }
    }
    var gradient = [Double](repeating: 0, count: hyperparameterCount)
    if hasTrend { gradient[0] = sums.trend }
    gradient[firstScale - 1] = sums.detail
    for (column, scale) in encoding.scaleOfColumn.enumerated() {
      // r² falls by 2·Δ² per unit of log ℓ, Δ being the scaled difference.
      if let scale { gradient[firstScale + scale] -= 2 * columnSums[column] }
    }
    return gradient
  }
}

extension ArchitectureKernel {
  /// The terms of the kernel for one pair, and their slopes by the squared distance of each block.
  private struct Terms {
    var trend = 0.0
    var detail = 0.0
    var trendSlope = 0.0
    var detailSlope = 0.0
    var categorySlope = 0.0
  }

  private func variances(_ hyperparameters: [Double]) -> (trend: Double, detail: Double) {
    (hasTrend ? exp(hyperparameters[0]) : 0, exp(hyperparameters[firstScale - 1]))
  }

  @inline(__always)
  private func terms(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>,
    _ variances: (trend: Double, detail: Double)
  ) -> Terms {
    var terms = Terms()
    if hasTrend {
      let (value, slope) = matern(squaredDistance(a, b, encoding.trend))
      terms.trend = variances.trend * value
      terms.trendSlope = variances.trend * slope
    }
    let (value, slope) = matern(squaredDistance(a, b, encoding.detail))
    let factor = variances.detail * exp(-0.5 * squaredDistance(a, b, encoding.category))
    terms.detail = factor * value
    terms.detailSlope = factor * slope
    terms.categorySlope = -0.5 * terms.detail
    return terms
  }
}

/// Returns the Matérn-5/2 correlation at a squared distance, and its derivative by it.
@inline(__always)
private func matern(_ squaredDistance: Double) -> (value: Double, slope: Double) {
  let r = (5 * squaredDistance).squareRoot()
  let decay = exp(-r)
  return ((1 + r + r * r / 3) * decay, -5.0 / 6 * (1 + r) * decay)
}

@inline(__always)
private func load(_ pointer: UnsafePointer<Double>, _ column: Int) -> SIMD8<Double> {
  UnsafeRawPointer(pointer + column).loadUnaligned(as: SIMD8<Double>.self)
}

@inline(__always)
private func squaredDistance(
  _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ columns: Range<Int>
) -> Double {
  var sum = SIMD8<Double>.zero
  var column = columns.lowerBound
  while column < columns.upperBound {
    let difference = load(a, column) - load(b, column)
    sum.addProduct(difference, difference)
    column += FeatureEncoding.blockWidth
  }
  return sum.sum()
}

/// Adds `factor` times the squared difference of each column to `sums`.
@inline(__always)
private func addSquares(
  _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ columns: Range<Int>,
  times factor: Double, to sums: UnsafeMutablePointer<Double>
) {
  var column = columns.lowerBound
  while column < columns.upperBound {
    let difference = load(a, column) - load(b, column)
    var sum = load(sums, column)
    sum.addProduct(difference * factor, difference)
    UnsafeMutableRawPointer(sums + column).storeBytes(of: sum, as: SIMD8<Double>.self)
    column += FeatureEncoding.blockWidth
  }
}
