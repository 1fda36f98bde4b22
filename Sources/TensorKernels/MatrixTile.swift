// Register tiles: the innermost loops of every dense kernel.
//
// A tile holds some rows × two or one native vectors of the result in registers, besides vectors of the
// right-hand side and left-hand values that are broadcast from memory. How many rows fit follows from the
// number of registers (TileSize.swift). The number of rows R is a compile-time value.

/// What a register tile sums up: two operands, and how they are walked.
protocol TileOperands {
  /// Returns the operands of the tile whose first value is at (row, column) of the result.
  func at(row: Int, column: Int) -> Self

  /// output[r, ·] = start[r, ·] + the sums for two native vectors of columns and P·R rows, P being 1 or 2. The second
  /// vector begins at column `second`; where they overlap, both hold the same sums.
  func wideTile<let R: Int, let P: Int>(
    _ rows: InlineArray<R, Bool>.Type, _: InlineArray<P, Bool>.Type, from start: TileStart,
    into output: UnsafeMutablePointer<Float>, rowStride: Int, second: Int)

  /// As `wideTile`, for one native vector of columns.
  func slimTile<let R: Int, let P: Int>(
    _ rows: InlineArray<R, Bool>.Type, _: InlineArray<P, Bool>.Type, from start: TileStart,
    into output: UnsafeMutablePointer<Float>, rowStride: Int)
}

/// What a tile starts from: zeros, one row for all rows (a bias), or a matrix (to accumulate into).
///
/// There is always something to read, so that no branch stands between the sums and their registers.
struct TileStart {
  var values: UnsafePointer<Float>
  var rowStride: Int
  var columnStride = 1

  /// Zeros for a result of any size.
  static var zeros: TileStart { TileStart(values: zeroRow, rowStride: 0, columnStride: 0) }

  /// A row for all rows; zeros without one.
  static func row(_ values: UnsafePointer<Float>?) -> TileStart {
    values.map { TileStart(values: $0, rowStride: 0) } ?? .zeros
  }

  func at(row: Int, column: Int) -> TileStart {
    TileStart(
      values: values + (row &* rowStride &+ column &* columnStride), rowStride: rowStride,
      columnStride: columnStride)
  }
}

/// 32 zeros, what a tile without another start begins with.
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

/// Computes a tile of `rows` × `columns`, numbers that `tileRows` and `tileColumns` give.
func tile<Operands: TileOperands>(
  rows: Int, columns: Int, _ operands: Operands, from start: TileStart,
  into output: UnsafeMutablePointer<Float>, rowStride: Int
) {
  if columns >= nativeWidth {
    return wholeTile(
      rows: rows, columns: columns, operands, from: start, into: output, rowStride: rowStride)
  }
  // Less than a kilobyte, and not aligned: otherwise it would come from the heap.
  withUnsafeTemporaryAllocation(of: Float.self, capacity: slimTileRows * vectorWidth) { memory in
    let room = memory.baseAddress!
    wholeTile(
      rows: rows, columns: nativeWidth, operands, from: start, into: room, rowStride: nativeWidth)
    for r in 0..<rows { (output + r &* rowStride).copy(room + r &* nativeWidth, count: columns) }
  }
}

/// Computes a tile of a native vector of columns, or up to two.
private func wholeTile<Operands: TileOperands>(
  rows: Int, columns: Int, _ operands: Operands, from start: TileStart,
  into output: UnsafeMutablePointer<Float>, rowStride: Int
) {
  @inline(__always)
  func run<let R: Int, let P: Int>(
    _ rows: InlineArray<R, Bool>.Type, _ parts: InlineArray<P, Bool>.Type
  ) {
    if columns == nativeWidth {
      operands.slimTile(rows, parts, from: start, into: output, rowStride: rowStride)
    } else if R * P <= wideTileRows {
      operands.wideTile(
        rows, parts, from: start, into: output, rowStride: rowStride,
        second: columns &- nativeWidth)
    } else {
      refuseTile(rows: R * P, columns: columns)
    }
  }
  switch rows {
  case 1: run(InlineArray<1, Bool>.self, InlineArray<1, Bool>.self)
  case 2: run(InlineArray<2, Bool>.self, InlineArray<1, Bool>.self)
  case 3: run(InlineArray<3, Bool>.self, InlineArray<1, Bool>.self)
  case 4: run(InlineArray<4, Bool>.self, InlineArray<1, Bool>.self)
  case 5: run(InlineArray<5, Bool>.self, InlineArray<1, Bool>.self)
  case 6: run(InlineArray<6, Bool>.self, InlineArray<1, Bool>.self)
  case 7: run(InlineArray<7, Bool>.self, InlineArray<1, Bool>.self)
  case 8: run(InlineArray<4, Bool>.self, InlineArray<2, Bool>.self)
  case 10: run(InlineArray<5, Bool>.self, InlineArray<2, Bool>.self)
  case 12: run(InlineArray<6, Bool>.self, InlineArray<2, Bool>.self)
  case 14: run(InlineArray<7, Bool>.self, InlineArray<2, Bool>.self)
  default: refuseTile(rows: rows, columns: columns)
  }
}

/// Ends the process: a caller has asked for a size that `tileRows` and `tileColumns` never give.
///
/// Preconditions of this target are not checked, and a result that is left out would go unseen.
@inline(never)
private func refuseTile(rows: Int, columns: Int) -> Never {
  fatalError("no tile has \(rows) rows × \(columns) columns")
}
