// Register tiles: the innermost loops of every dense kernel.
//
// A tile holds up to 14 rows × 32 or 16 columns of the result in registers: 14 × 2 accumulators, two
// vectors of the right-hand side, and left-hand values that are broadcast from memory inside the
// multiply–add. The number of rows R is a compile-time value.

/// Where a product's operands lie: the left-hand rows, and how to walk them.
///
/// A product sums over `segments` stretches of `depth` values each. A plain matrix has one segment; a
/// k×k convolution has k, since in an NHWC image the k·Cin values under one row of the window are
/// contiguous.
struct TileOperands {
  /// The first left-hand value.
  var left: UnsafePointer<Float>
  /// From one left-hand row to the next.
  var leftRowStride: Int
  /// From one segment to the next, in the left-hand operand.
  var leftSegmentStride: Int
  /// The first value of the right-hand panel, `[segments · depth, ≥ 16 or 32]`.
  var right: UnsafePointer<Float>
  var rightRowStride: Int
  var segments: Int
  var depth: Int
}

/// What a tile starts from: zeros, one row for all rows (a bias), or a matrix (to accumulate into).
///
/// There is always something to read, so that no branch stands between the sums and their registers.
struct TileStart {
  var values: UnsafePointer<Float>
  var rowStride: Int
}

/// 32 zeros, the start of a plain product.
nonisolated(unsafe) let zeroRow: UnsafePointer<Float> = {
  let zeros = UnsafeMutablePointer<Float>.allocate(capacity: 32)
  zeros.initialize(repeating: 0, count: 32)
  return UnsafePointer(zeros)
}()

/// Runs `body` for 0, 1, …, R − 1, unrolled in the source: a loop may be unrolled too late for the
/// compiler to keep an array in registers (measured: a third of the speed).
@inline(__always)
func unrolled<let R: Int>(_: InlineArray<R, Bool>.Type, _ body: (Int) -> Void) {
  if R > 0 { body(0) }
  if R > 1 { body(1) }
  if R > 2 { body(2) }
  if R > 3 { body(3) }
  if R > 4 { body(4) }
  if R > 5 { body(5) }
  if R > 6 { body(6) }
  if R > 7 { body(7) }
  if R > 8 { body(8) }
  if R > 9 { body(9) }
  if R > 10 { body(10) }
  if R > 11 { body(11) }
  if R > 12 { body(12) }
  if R > 13 { body(13) }
}

/// The sums of R rows × 32 columns, or of 16 where `high` is not used.
private struct Sums<let R: Int> {
  var low = InlineArray<R, Vector>(repeating: .zero)
  var high = InlineArray<R, Vector>(repeating: .zero)

  @inline(__always)
  mutating func begin(_ values: UnsafePointer<Float>, rowStride: Int) {
    unrolled(InlineArray<R, Bool>.self) { r in
      let row = values + r &* rowStride
      low[unchecked: r] = row.vector(0)
      high[unchecked: r] = row.vector(16)
    }
  }

  /// Adds left[r · stride] · (b0, b1) to every row.
  @inline(__always)
  mutating func add(_ left: UnsafePointer<Float>, stride: Int, _ b0: Vector, _ b1: Vector) {
    unrolled(InlineArray<R, Bool>.self) { r in
      let a = Vector(repeating: left[r &* stride])
      low[unchecked: r].addProduct(a, b0)
      high[unchecked: r].addProduct(a, b1)
    }
  }

  /// Adds left[r · stride] · b to every row's low half.
  @inline(__always)
  mutating func add(_ left: UnsafePointer<Float>, stride: Int, _ b: Vector) {
    unrolled(InlineArray<R, Bool>.self) { r in
      low[unchecked: r].addProduct(Vector(repeating: left[r &* stride]), b)
    }
  }

  @inline(__always)
  func store(_ output: UnsafeMutablePointer<Float>, rowStride: Int, columns: Int) {
    unrolled(InlineArray<R, Bool>.self) { r in
      let row = output + r &* rowStride
      if columns > 16 {
        row.store(low[unchecked: r], 0)
        row.store(high[unchecked: r], 16, limit: columns &- 16)
      } else {
        row.store(low[unchecked: r], 0, limit: columns)
      }
    }
  }

  @inline(__always)
  func addTo(_ output: UnsafeMutablePointer<Float>, rowStride: Int, columns: Int) {
    unrolled(InlineArray<R, Bool>.self) { r in
      let row = output + r &* rowStride
      if columns > 16 {
        row.store(row.vector(0) + low[unchecked: r], 0)
        row.store(row.vector(16) + high[unchecked: r], 16, limit: columns &- 16)
      } else {
        row.store(row.vector(0) + low[unchecked: r], 0, limit: columns)
      }
    }
  }
}

/// output[r, 0..<columns] = start[r] + Σ left[r, ·] · right[·, 0..<columns], for R rows.
@inline(__always)
private func tile<let R: Int>(
  _: InlineArray<R, Bool>.Type, columns: Int, _ operands: TileOperands,
  _ start: TileStart, _ output: UnsafeMutablePointer<Float>, _ rowStride: Int
) {
  let wide = columns > 16
  var sums = Sums<R>()
  sums.begin(start.values, rowStride: start.rowStride)
  let stride = operands.leftRowStride
  var right = operands.right
  for segment in 0..<operands.segments {
    let left = operands.left + segment &* operands.leftSegmentStride
    if wide {
      for k in 0..<operands.depth {
        let b0 = right.vector(0)
        let b1 = right.vector(16)
        sums.add(left + k, stride: stride, b0, b1)
        right += operands.rightRowStride
      }
    } else {
      for k in 0..<operands.depth {
        let b = right.vector(0)
        sums.add(left + k, stride: stride, b)
        right += operands.rightRowStride
      }
    }
  }
  sums.store(output, rowStride: rowStride, columns: columns)
}

/// Where the operands of a transposed product lie: both are walked position by position.
///
/// Positions come in `lines` of `length`: the pixels of an output image, row by row.
struct TransposedOperands {
  /// Left-hand value of tile row 0 at the first position; the R rows are contiguous.
  var left: UnsafePointer<Float>
  var leftStep: Int
  var leftLineStride: Int
  var right: UnsafePointer<Float>
  var rightStep: Int
  var rightLineStride: Int
  var lines: Int
  var length: Int
}

/// output[r, 0..<columns] += Σ_p left[p, r] · right[p, 0..<columns], for R rows.
@inline(__always)
private func transposedTile<let R: Int>(
  _: InlineArray<R, Bool>.Type, columns: Int, _ operands: TransposedOperands,
  _ output: UnsafeMutablePointer<Float>, _ rowStride: Int
) {
  var sums = Sums<R>()
  for line in 0..<operands.lines {
    var left = operands.left + line &* operands.leftLineStride
    var right = operands.right + line &* operands.rightLineStride
    if columns > 16 {
      for _ in 0..<operands.length {
        let b0 = right.vector(0)
        let b1 = right.vector(16)
        sums.add(left, stride: 1, b0, b1)
        left += operands.leftStep
        right += operands.rightStep
      }
    } else {
      for _ in 0..<operands.length {
        let b = right.vector(0)
        sums.add(left, stride: 1, b)
        left += operands.leftStep
        right += operands.rightStep
      }
    }
  }
  sums.addTo(output, rowStride: rowStride, columns: columns)
}

/// Returns how many rows the next tile should have, when `remaining` are left.
///
/// Rows are shared out evenly (15 become 8 + 7, not 14 + 1): a tile of few rows waits for its own sums.
func tileRows(remaining: Int) -> Int {
  let tiles = (remaining + 13) / 14
  switch (remaining + tiles - 1) / tiles {
  case 13...: return remaining >= 14 ? 14 : 12
  case 11...: return remaining >= 12 ? 12 : 10
  case 9...: return remaining >= 10 ? 10 : 8
  case 8: return 8
  case 7: return 7
  case 5...: return remaining >= 6 ? 6 : 4
  case let rows: return rows
  }
}

/// Computes a tile of `rows` (one that `tileRows` gave) × `columns` (1…32).
func tile(
  rows: Int, columns: Int, _ operands: TileOperands, from start: TileStart,
  into output: UnsafeMutablePointer<Float>, rowStride: Int
) {
  @inline(__always)
  func run<let R: Int>(_ type: InlineArray<R, Bool>.Type) {
    tile(type, columns: columns, operands, start, output, rowStride)
  }
  switch rows {
  case 14: run(InlineArray<14, Bool>.self)
  case 12: run(InlineArray<12, Bool>.self)
  case 10: run(InlineArray<10, Bool>.self)
  case 8: run(InlineArray<8, Bool>.self)
  case 7: run(InlineArray<7, Bool>.self)
  case 6: run(InlineArray<6, Bool>.self)
  case 4: run(InlineArray<4, Bool>.self)
  case 3: run(InlineArray<3, Bool>.self)
  case 2: run(InlineArray<2, Bool>.self)
  case 1: run(InlineArray<1, Bool>.self)
  default: preconditionFailure("no tile has \(rows) rows")
  }
}

/// Adds a transposed product of `rows` (one that `tileRows` gave) × `columns` (1…32) to `output`.
func transposedTile(
  rows: Int, columns: Int, _ operands: TransposedOperands,
  addingTo output: UnsafeMutablePointer<Float>, rowStride: Int
) {
  @inline(__always)
  func run<let R: Int>(_ type: InlineArray<R, Bool>.Type) {
    transposedTile(type, columns: columns, operands, output, rowStride)
  }
  switch rows {
  case 14: run(InlineArray<14, Bool>.self)
  case 12: run(InlineArray<12, Bool>.self)
  case 10: run(InlineArray<10, Bool>.self)
  case 8: run(InlineArray<8, Bool>.self)
  case 7: run(InlineArray<7, Bool>.self)
  case 6: run(InlineArray<6, Bool>.self)
  case 4: run(InlineArray<4, Bool>.self)
  case 3: run(InlineArray<3, Bool>.self)
  case 2: run(InlineArray<2, Bool>.self)
  case 1: run(InlineArray<1, Bool>.self)
  default: preconditionFailure("no tile has \(rows) rows")
  }
}
