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
  /// 2·R rows; two arrays, for the reason that MatrixTile.swift gives.
  @inline(__always)
  func pair<let R: Int>(_ rows: InlineArray<R, Bool>.Type, at row: Int) {
    var sums = InlineArray<R, Vector>(repeating: start.vector(0))
    var below = sums
    var left = left + row &* depth
    var right = panel
    for _ in 0..<depth {
      let b = right.vector(0)
      unrolled(rows) { r in
        sums[unchecked: r].addProduct(Vector(repeating: left[r &* depth]), b)
        below[unchecked: r].addProduct(Vector(repeating: left[(r &+ R) &* depth]), b)
      }
      left += 1
      right += planeChannels
    }
    let target = plane + row &* planeChannels
    unrolled(rows) { r in
      target.store(sums[unchecked: r], r &* planeChannels)
      target.store(below[unchecked: r], (r &+ R) &* planeChannels)
    }
  }

  var row = 0
  while row &+ 14 <= positions && positions &- row != 16 {
    pair(InlineArray<7, Bool>.self, at: row)
    row &+= 14
  }
  while row &+ 8 <= positions {
    pair(InlineArray<4, Bool>.self, at: row)
    row &+= 8
  }
  while row &+ 2 <= positions {
    pair(InlineArray<1, Bool>.self, at: row)
    row &+= 2
  }
  if row < positions {
    var sum = start.vector(0)
    for k in 0..<depth {
      sum.addProduct(
        Vector(repeating: left[row &* depth &+ k]), panel.vector(k &* planeChannels))
    }
    plane.store(sum, row &* planeChannels)
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
    let width = min(32, columns - column)
    var row = 0
    while row < positions {
      let rows = tileRows(remaining: positions - row)
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
  var row = 0
  while row < depth {
    let rows = tileRows(remaining: depth - row)
    transposedTile(
      rows: rows, columns: columns,
      TransposedOperands(
        left: left + row, leftStep: depth, leftLineStride: 0, right: plane,
        rightStep: planeChannels, rightLineStride: 0, lines: 1, length: positions),
      addingTo: output + row * rowStride, rowStride: rowStride)
    row += rows
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
    let width = min(32, columns - column)
    var row = 0
    while row < rows {
      let count = tileRows(remaining: rows - row)
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
