// Products of row-major matrices: pointwise convolutions and dense layers, forward and backward.
//
// Every pointer must stay readable for 31 floats past the matrix's last value (arenas are padded so).

/// output = left · right, or + bias, or + output.
///
/// - Parameters:
///   - left: `[m, k]`.
///   - right: `[k, n]`.
///   - bias: `[n]`, added to every row; not together with `accumulate`.
///   - output: `[m, n]`; overwritten unless `accumulate`.
public func matrixProduct(
  _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, bias: UnsafePointer<Float>? = nil,
  accumulate: Bool = false, into output: UnsafeMutablePointer<Float>, m: Int, n: Int, k: Int
) {
  // A block of rows stays in the first- or second-level cache while all panels of `right` pass over it.
  let blockRows = 112
  for first in stride(from: 0, to: m, by: blockRows) {
    let target = output + first * n
    tiledProduct(
      rows: min(blockRows, m - first), columns: n,
      RowOperands(
        left: left + first * k, leftRowStride: k, leftSegmentStride: 0, right: right,
        rightRowStride: n, segments: 1, depth: k),
      from: accumulate ? TileStart(values: target, rowStride: n) : .row(bias), into: target,
      rowStride: n)
  }
}

/// output += leftᵀ · right.
///
/// - Parameters:
///   - left: `[positions, m]`.
///   - right: `[positions, n]`.
///   - output: `[m, n]`; accumulated into.
public func transposedProduct(
  _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>,
  addingTo output: UnsafeMutablePointer<Float>, positions: Int, m: Int, n: Int
) {
  // A block of positions of both operands stays in cache while all tiles pass over it.
  let blockPositions = max(64, 24_576 / (m + n))
  for first in stride(from: 0, to: positions, by: blockPositions) {
    addTiledProduct(
      rows: m, columns: n,
      TransposedOperands(
        left: left + first * m, leftStep: m, right: right + first * n, rightStep: n,
        length: min(blockPositions, positions - first)),
      to: output, rowStride: n)
  }
}

/// output[c, r] = matrix[r, c].
///
/// - Parameters:
///   - matrix: `[rows, columns]`.
///   - output: `[columns, rows]`; must not overlap `matrix`.
public func transpose(
  _ matrix: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, rows: Int, columns: Int
) {
  for r in 0..<rows {
    for c in 0..<columns { output[c * rows + r] = matrix[r * columns + c] }
  }
}

/// output[c] += Σ_r matrix[r, c]: the gradient of a bias.
public func addColumnSums(
  _ matrix: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, rows: Int, columns: Int
) {
  for r in 0..<rows {
    for c in 0..<columns { output[c] += matrix[r * columns + c] }
  }
}
