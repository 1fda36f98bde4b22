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
    tiledProduct(
      rows: count, columns: columns,
      RowOperands(
        left: tiles + position * tilePlaneStep, leftRowStride: tileStep, leftSegmentStride: 0,
        right: panel + position * panelPlaneStep, rightRowStride: columns, segments: 1,
        depth: depth),
      from: .zeros, into: products + position * productPlaneStep, rowStride: columns)
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
    addTiledProduct(
      rows: inputs, columns: outputs,
      TransposedOperands(
        left: tiles + position * tilePlaneStep, leftStep: tileStep,
        right: gradients + position * gradientPlaneStep, rightStep: gradientStep, length: count),
      to: sums + position * sumPlaneStep, rowStride: outputStep)
  }
}
