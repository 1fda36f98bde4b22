// Products between a narrow matrix [positions, K] and planes: [positions, 16] floats, sixteen
// neighbouring channels of a wide tensor, one vector a position.
//
// A bottleneck's wide tensors are worked on plane by plane, so that a plane stays in cache through
// all that is done to it. Every pointer must stay readable for 31 floats past its last value.

/// The channels of a plane.
public let planeChannels = vectorWidth

/// Sixteen zeros: where a product without a shift starts.
public var zeroPlaneStart: UnsafePointer<Float> { zeroRow }

/// Returns the number of planes that hold `channels` channels.
public func planeCount(channels: Int) -> Int { (channels + planeChannels - 1) / planeChannels }

/// plane = left · panel + start.
///
/// - Parameters:
///   - left: `[positions, depth]`.
///   - panel: `[depth, 16]`.
///   - start: `[16]`.
///   - plane: `[positions, 16]`; overwritten.
public func planeProduct(
  _ left: UnsafePointer<Float>, panel: UnsafePointer<Float>, start: UnsafePointer<Float>,
  into plane: UnsafeMutablePointer<Float>, positions: Int, depth: Int
) {
  var column = 0
  while column < planeChannels {
    let columns = tileColumns(remaining: planeChannels - column)
    var row = 0
    while row < positions {
      let rows = tileRows(remaining: positions - row, columns: columns)
      tile(
        rows: rows, columns: columns,
        TileOperands(
          left: left + row * depth, leftRowStride: depth, leftSegmentStride: 0,
          right: panel + column, rightRowStride: planeChannels, segments: 1, depth: depth),
        from: TileStart(values: start + column, rowStride: 0),
        into: plane + row * planeChannels + column, rowStride: planeChannels)
      row += rows
    }
    column += columns
  }
}

/// output = planes · right, or + output.
///
/// - Parameters:
///   - planes: `[planeCount, positions, 16]`, `planeStride` floats apart.
///   - right: `[16 · planeCount, columns]`; its rows for channels that do not exist are zero.
///   - accumulate: Whether to add to `output` instead of overwriting it.
///   - output: `[positions, columns]`.
public func narrowProduct(
  _ planes: UnsafePointer<Float>, planeStride: Int, planeCount: Int,
  right: UnsafePointer<Float>, accumulate: Bool, into output: UnsafeMutablePointer<Float>,
  positions: Int, columns: Int
) {
  var column = 0
  while column < columns {
    let width = tileColumns(remaining: columns - column)
    var row = 0
    while row < positions {
      let rows = tileRows(remaining: positions - row, columns: width)
      let target = output + row * columns + column
      tile(
        rows: rows, columns: width,
        TileOperands(
          left: planes + row * planeChannels, leftRowStride: planeChannels,
          leftSegmentStride: planeStride, right: right + column, rightRowStride: columns,
          segments: planeCount, depth: planeChannels),
        from: accumulate
          ? TileStart(values: target, rowStride: columns)
          : TileStart(values: zeroRow, rowStride: 0),
        into: target, rowStride: columns)
      row += rows
    }
    column += width
  }
}

/// output += leftᵀ · plane: a pointwise convolution's weight gradient for sixteen output channels.
///
/// - Parameters:
///   - left: `[positions, depth]`.
///   - plane: `[positions, 16]`.
///   - output: `[depth, columns]` with `rowStride` floats from row to row.
///   - columns: The channels of the plane that exist, 1…16.
public func planeCrossProduct(
  _ left: UnsafePointer<Float>, _ plane: UnsafePointer<Float>,
  addingTo output: UnsafeMutablePointer<Float>, rowStride: Int, columns: Int, positions: Int,
  depth: Int
) {
  var column = 0
  while column < columns {
    let width = tileColumns(remaining: columns - column)
    var row = 0
    while row < depth {
      let rows = tileRows(remaining: depth - row, columns: width)
      transposedTile(
        rows: rows, columns: width,
        TransposedOperands(
          left: left + row, leftStep: depth, leftLineStride: 0, right: plane + column,
          rightStep: planeChannels, rightLineStride: 0, lines: 1, length: positions),
        addingTo: output + row * rowStride + column, rowStride: rowStride)
      row += rows
    }
    column += width
  }
}

/// output += planeᵀ · right: a pointwise convolution's weight gradient for sixteen input channels.
///
/// - Parameters:
///   - plane: `[positions, 16]`.
///   - right: `[positions, columns]`.
///   - output: `[rows, columns]`.
///   - rows: The channels of the plane that exist, 1…16.
public func planeTransposedProduct(
  _ plane: UnsafePointer<Float>, _ right: UnsafePointer<Float>,
  addingTo output: UnsafeMutablePointer<Float>, rows: Int, positions: Int, columns: Int
) {
  var column = 0
  while column < columns {
    let width = tileColumns(remaining: columns - column)
    var row = 0
    while row < rows {
      let count = tileRows(remaining: rows - row, columns: width)
      transposedTile(
        rows: count, columns: width,
        TransposedOperands(
          left: plane + row, leftStep: planeChannels, leftLineStride: 0, right: right + column,
          rightStep: columns, rightLineStride: 0, lines: 1, length: positions),
        addingTo: output + row * columns + column, rowStride: columns)
      row += count
    }
    column += width
  }
}
