/// How many values become one.
package enum Reduction: Hashable, Sendable {
  case sum, maximum, minimum, product, sumOfSquares, sumOfMagnitudes
}

/// Reduces some dimensions of a tensor.
package struct StridedReduction {
  private let kind: Reduction
  private let walk: StridedWalk
  private let outputCount: Int

  /// Plans a reduction.
  ///
  /// - Parameters:
  ///   - output: For each dimension of the input, the output's stride; 0 for what is reduced.
  ///   - outputCount: The output's values, dense.
  package init(
    _ kind: Reduction, shape: [Int], input: [Int], output: [Int], outputCount: Int
  ) {
    (self.kind, self.outputCount) = (kind, outputCount)
    walk = StridedWalk(shape: shape, operands: [input, output])
  }

  /// Overwrites `output`.
  package func run(_ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
    let start: Float =
      switch kind {
      case .sum, .sumOfSquares, .sumOfMagnitudes: 0
      case .product: 1
      case .maximum: -.infinity
      case .minimum: .infinity
      }
    output.update(repeating: start, count: outputCount)
    switch kind {
    case .sum: accumulate(input, output) { $0 + $1 }
    case .sumOfSquares: accumulate(input, output) { $0 + $1 * $1 }
    case .sumOfMagnitudes: accumulate(input, output) { $0 + abs($1) }
    case .product: accumulate(input, output) { $0 * $1 }
    case .maximum: accumulate(input, output) { $1 > $0 || $1 != $1 ? $1 : $0 }
    case .minimum: accumulate(input, output) { $1 < $0 || $1 != $1 ? $1 : $0 }
    }
  }

  @inline(__always)
  private func accumulate(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    _ function: (Float, Float) -> Float
  ) {
    let (count, from, to) = (walk.rowCount, walk.rowStrides[0], walk.rowStrides[1])
    walk.forEachRow { offsets in
      let (source, target) = (input + offsets[0], output + offsets[1])
      if to == 0 {
        var value = target[0]
        for i in 0..<count { value = function(value, source[i &* from]) }
        target[0] = value
      } else if from == 1 && to == 1 {
        for i in 0..<count { target[i] = function(target[i], source[i]) }
      } else {
        for i in 0..<count { target[i &* to] = function(target[i &* to], source[i &* from]) }
      }
    }
  }
}
