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
public func planeCount(channels: Int) -> Int { ceiling(channels, planeChannels) }

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
  tiledProduct(
    rows: positions, columns: planeChannels,
    RowOperands(
      left: left, leftRowStride: depth, leftSegmentStride: 0, right: panel,
      rightRowStride: planeChannels, segments: 1, depth: depth),
    from: .row(start), into: plane, rowStride: planeChannels)
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
  tiledProduct(
    rows: positions, columns: columns,
    RowOperands(
      left: planes, leftRowStride: planeChannels, leftSegmentStride: planeStride, right: right,
      rightRowStride: columns, segments: planeCount, depth: planeChannels),
    from: accumulate ? TileStart(values: output, rowStride: columns) : .zeros, into: output,
    rowStride: columns)
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
  addTiledProduct(
    rows: depth, columns: columns,
    TransposedOperands(
      left: left, leftStep: depth, right: plane, rightStep: planeChannels, length: positions),
    to: output, rowStride: rowStride)
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
  addTiledProduct(
    rows: rows, columns: columns,
    TransposedOperands(
      left: plane, leftStep: planeChannels, right: right, rightStep: columns, length: positions),
    to: output, rowStride: columns)
}
