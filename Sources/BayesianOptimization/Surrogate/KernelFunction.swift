import Foundation

/// The kernel at certain hyperparameters, evaluated for eight points at a time.
struct KernelFunction: Sendable {
  typealias Lanes = SIMD8<Double>

  /// A block as the inner loops want it: without references.
  private struct Factor {
    let isHamming: Bool
    let isMatern: Bool
    let first: Int
    let end: Int
  }

  /// A term: its variance and its factors.
  private struct Product {
    let variance: Double
    let first: Int
    let end: Int
  }

  private let constant: Double
  private let terms: [KernelTerm]
  private let factors: [Factor]
  private let products: [Product]
  /// 1/ℓ² of each column.
  private let weights: [Double]

  init(_ kernel: ArchitectureKernel, _ hyperparameters: [Double]) {
    constant = kernel.constantVariance
    terms = kernel.encoding.terms
    var factors: [Factor] = []
    var products: [Product] = []
    var weights = [Double](repeating: 0, count: kernel.encoding.columnCount)
    for (term, logVariance) in zip(terms, hyperparameters) {
      let first = factors.count
      for block in term.blocks {
        factors.append(
          Factor(
            isHamming: block.distance == .hamming, isMatern: block.correlation == .matern,
            first: block.columns.lowerBound, end: block.columns.upperBound))
        for (column, scale) in zip(block.columns, block.scaleOfColumn) {
          weights[column] = exp(-2 * hyperparameters[terms.count + scale])
        }
      }
      products.append(Product(variance: exp(logVariance), first: first, end: factors.count))
    }
    (self.factors, self.products, self.weights) = (factors, products, weights)
  }

  /// Writes k(x, p) for a point x and the points p of some chunks; beyond the last point, the
  /// covariance with zeros.
  func covariance(
    of row: [Double], with points: EncodedPoints, chunks: Range<Int>,
    into output: UnsafeMutablePointer<Double>
  ) {
    let width = points.columnCount * EncodedPoints.lanes
    withBuffers(row, points) { row, base, weights, factors in
      for (position, chunk) in chunks.enumerated() {
        let other = base + chunk * width
        var sum = Lanes(repeating: constant)
        for product in products {
          var value = Lanes(repeating: product.variance)
          for factor in factors[product.first..<product.end] {
            let squared = KernelFunction.squaredDistance(row, other, factor, weights)
            value *= KernelFunction.correlation(squared, factor).value
          }
          sum += value
        }
        UnsafeMutableRawPointer(output + position * EncodedPoints.lanes)
          .storeBytes(of: sum, as: Lanes.self)
      }
    }
  }

  /// Returns Σ_ij w_ij·∂k(x_i, x_j)/∂θ for every hyperparameter θ of the kernel.
  ///
  /// - Parameters:
  ///   - points: n points.
  ///   - matrix: The w_ij, n rows of `chunkCount·8` numbers, zeros beyond n.
  ///   - scaleCount: The number of length scales.
  func gradient(
    at points: EncodedPoints, weights matrix: [Double], scaleCount: Int
  ) -> [Double] {
    let width = points.columnCount * EncodedPoints.lanes
    var termSums = [Lanes](repeating: .zero, count: products.count)
    var columnSums = [Lanes](repeating: .zero, count: points.columnCount)
    var values = [Lanes](repeating: .zero, count: factors.count)
    var slopes = values
    for i in 0..<points.count {
      withBuffers(points.row(i), points) { row, base, weights, factors in
        for chunk in 0..<points.chunkCount {
          let other = base + chunk * width
          let start = (i * points.chunkCount + chunk) * EncodedPoints.lanes
          let weight = matrix.withUnsafeBytes {
            $0.loadUnaligned(fromByteOffset: 8 * start, as: Lanes.self)
          }
          for (index, product) in products.enumerated() {
            let scaled = weight * product.variance
            var whole = scaled
            for factor in product.first..<product.end {
              let squared = KernelFunction.squaredDistance(row, other, factors[factor], weights)
              (values[factor], slopes[factor]) = KernelFunction.correlation(
                squared, factors[factor])
              whole *= values[factor]
            }
            termSums[index] += whole
            for factor in product.first..<product.end {
              var slope = scaled * slopes[factor]
              for other in product.first..<product.end where other != factor {
                slope *= values[other]
              }
              KernelFunction.addSquares(row, other, factors[factor], times: slope, to: &columnSums)
            }
          }
        }
      }
    }
    var gradient = termSums.map { $0.sum() } + [Double](repeating: 0, count: scaleCount)
    for block in terms.flatMap(\.blocks) {
      for (column, scale) in zip(block.columns, block.scaleOfColumn) {
        // r² falls by 2·Δ²/ℓ² per unit of log ℓ.
        gradient[terms.count + scale] -= 2 * weights[column] * columnSums[column].sum()
      }
    }
    return gradient
  }
}

extension KernelFunction {
  @inline(__always)
  private func withBuffers(
    _ row: [Double], _ points: EncodedPoints,
    _ body: (
      UnsafePointer<Double>, UnsafePointer<Double>, UnsafePointer<Double>,
      UnsafeBufferPointer<Factor>
    ) -> Void
  ) {
    row.withUnsafeBufferPointer { row in
      points.storage.withUnsafeBufferPointer { storage in
        weights.withUnsafeBufferPointer { weights in
          factors.withUnsafeBufferPointer { factors in
            // An encoding without columns has no factors, and nothing is read.
            guard let row = row.baseAddress, let base = storage.baseAddress,
              let weights = weights.baseAddress
            else { return }
            body(row, base, weights, factors)
          }
        }
      }
    }
  }

  @inline(__always)
  private static func load(_ chunk: UnsafePointer<Double>, _ column: Int) -> Lanes {
    UnsafeRawPointer(chunk + column * EncodedPoints.lanes).loadUnaligned(as: Lanes.self)
  }

  @inline(__always)
  private static func squaredDistance(
    _ row: UnsafePointer<Double>, _ chunk: UnsafePointer<Double>, _ factor: Factor,
    _ weights: UnsafePointer<Double>
  ) -> Lanes {
    var sum = Lanes.zero
    if factor.isHamming {
      for column in factor.first..<factor.end {
        let differs = load(chunk, column) .!= row[column]
        sum.replace(with: sum + weights[column], where: differs)
      }
    } else {
      for column in factor.first..<factor.end {
        let difference = load(chunk, column) - row[column]
        sum.addProduct(difference * difference, Lanes(repeating: weights[column]))
      }
    }
    return sum
  }

  /// Adds `slope` times the squared, unscaled difference in each of the factor's columns.
  @inline(__always)
  private static func addSquares(
    _ row: UnsafePointer<Double>, _ chunk: UnsafePointer<Double>, _ factor: Factor,
    times slope: Lanes, to sums: inout [Lanes]
  ) {
    for column in factor.first..<factor.end {
      if factor.isHamming {
        let differs = load(chunk, column) .!= row[column]
        sums[column].replace(with: sums[column] + slope, where: differs)
      } else {
        let difference = load(chunk, column) - row[column]
        sums[column].addProduct(slope * difference, difference)
      }
    }
  }

  /// Returns the correlation at squared distances, and its derivative by them.
  @inline(__always)
  private static func correlation(
    _ squared: Lanes, _ factor: Factor
  ) -> (value: Lanes, slope: Lanes) {
    if factor.isMatern {
      let r = (squared * 5).squareRoot()
      let decay = exponential(-r)
      return ((r * r * (1.0 / 3) + r + 1) * decay, (r + 1) * decay * (-5.0 / 6))
    }
    let value = exponential(squared * -0.5)
    return (value, value * -0.5)
  }
}
