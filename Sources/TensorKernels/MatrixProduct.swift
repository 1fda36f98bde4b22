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
  var block = 0
  while block < m {
    let blockEnd = min(m, block + blockRows)
    var column = 0
    while column < n {
      let columns = tileColumns(remaining: n - column)
      var row = block
      while row < blockEnd {
        let rows = tileRows(remaining: blockEnd - row, columns: columns)
        let target = output + row * n + column
        let start =
          accumulate
          ? TileStart(values: UnsafePointer(target), rowStride: n)
          : TileStart(values: bias.map { $0 + column } ?? zeroRow, rowStride: 0)
        tile(
          rows: rows, columns: columns,
          TileOperands(
            left: left + row * k, leftRowStride: k, leftSegmentStride: 0, right: right + column,
            rightRowStride: n, segments: 1, depth: k),
          from: start, into: target, rowStride: n)
        row += rows
      }
      column += columns
    }
    block = blockEnd
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
  var block = 0
  while block < positions {
    let length = min(blockPositions, positions - block)
    var column = 0
    while column < n {
      let columns = tileColumns(remaining: n - column)
      var row = 0
      while row < m {
        let rows = tileRows(remaining: m - row, columns: columns)
        transposedTile(
          rows: rows, columns: columns,
          TransposedOperands(
            left: left + block * m + row, leftStep: m, leftLineStride: 0,
            right: right + block * n + column, rightStep: n, rightLineStride: 0, lines: 1,
            length: length),
          addingTo: output + row * n + column, rowStride: n)
        row += rows
      }
      column += columns
    }
    block += length
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
