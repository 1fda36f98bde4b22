// The products between transforms, one matrix product for each position of a tile. Every call of a register tile
// from Winograd's kernels stands here.

/// products[p] = tiles[p] · panel[p] for every position p.
///
/// - Parameters:
///   - tiles: `[positions, count, depth]`, planes `tilePlaneStep` and tiles `tileStep` floats apart.
///   - panel: `[positions, depth, columns]`, planes `panelPlaneStep` floats apart; 16 or 32 columns.
///   - products: `[positions, count, columns]`, planes `productPlaneStep` floats apart; overwritten.
func multiplyTiles(
  _ tiles: UnsafePointer<Float>, tilePlaneStep: Int, tileStep: Int, panel: UnsafePointer<Float>,
  panelPlaneStep: Int, columns: Int, depth: Int, into products: UnsafeMutablePointer<Float>,
  productPlaneStep: Int,
  positions: Int, count: Int
) {
  for position in 0..<positions {
    let (left, right) = (tiles + position * tilePlaneStep, panel + position * panelPlaneStep)
    let target = products + position * productPlaneStep
    var column = 0
    while column < columns {
      let width = tileColumns(remaining: columns - column)
      var row = 0
      while row < count {
        let rows = tileRows(remaining: count - row, columns: width)
        tile(
          rows: rows, columns: width,
          TileOperands(
            left: left + row * tileStep, leftRowStride: tileStep, leftSegmentStride: 0,
            right: right + column, rightRowStride: columns, segments: 1, depth: depth),
          from: TileStart(values: zeroRow, rowStride: 0), into: target + row * columns + column,
          rowStride: columns)
        row += rows
      }
      column += width
    }
  }
}

/// sums[p] += tiles[p]ᵀ · gradients[p] for every position p.
///
/// - Parameters:
///   - tiles: `[positions, count, inputs]`, planes `tilePlaneStep` and tiles `tileStep` floats apart.
///   - gradients: `[positions, count, outputStep]`, planes `gradientPlaneStep` and tiles `gradientStep` floats apart.
///   - outputs: The columns that there are, whole native vectors.
///   - outputStep: Floats from row to row of the sums.
///   - sums: `[positions, inputs, outputs]`, planes `sumPlaneStep` floats apart; accumulated into.
func addTransposedProducts(
  _ tiles: UnsafePointer<Float>, tilePlaneStep: Int, tileStep: Int, inputs: Int,
  _ gradients: UnsafePointer<Float>, gradientPlaneStep: Int, gradientStep: Int, outputs: Int,
  outputStep: Int,
  to sums: UnsafeMutablePointer<Float>, sumPlaneStep: Int, positions: Int, count: Int
) {
  for position in 0..<positions {
    let (left, right) = (
      tiles + position * tilePlaneStep, gradients + position * gradientPlaneStep
    )
    let target = sums + position * sumPlaneStep
    var column = 0
    while column < outputs {
      let columns = tileColumns(remaining: outputs - column)
      var row = 0
      while row < inputs {
        let rows = tileRows(remaining: inputs - row, columns: columns)
        transposedTile(
          rows: rows, columns: columns,
          TransposedOperands(
            left: left + row, leftStep: tileStep, leftLineStride: 0, right: right + column,
            rightStep: gradientStep, rightLineStride: 0, lines: 1, length: count),
          addingTo: target + row * outputStep + column, rowStride: outputStep)
        row += rows
      }
      column += columns
    }
  }
}
