// Register tiles: the innermost loops of every dense kernel.
//
// A tile holds some rows × two or one native vectors of the result in registers, besides vectors of the
// right-hand side and left-hand values that are broadcast from memory. How many rows fit follows from the
// number of registers (TileSize.swift). The number of rows R is a compile-time value.

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
  /// From the first row to the one in the middle of a tile of 8 rows and more, where that is not a row like
  /// any other: the second line of a small image.
  var leftHalfStride: Int? = nil
  /// The first value of the right-hand panel, `[segments · depth, ≥ one or two native vectors]`.
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

/// output[r, ·] = start[r, ·] + Σ left[r, ·] · right[·, ·] for two native vectors of columns and P·R rows, P being 1
/// or 2. The second vector begins at column `second`; where they overlap, both hold the same sums.
///
/// The sums are local arrays of at most seven vectors, which only unrolled closures touch, whole vectors
/// at a time. Otherwise the compiler writes every sum to the stack at every step of the loop (measured: a
/// third of the speed): it does so for arrays of ten and more, which are set to zero out of line, for
/// arrays kept in a structure with methods, and for those that are stored in smaller pieces.
@inline(__always)
private func wideTile<let R: Int, let P: Int>(
  _ rows: InlineArray<R, Bool>.Type, _: InlineArray<P, Bool>.Type, _ operands: TileOperands,
  _ start: TileStart, _ output: UnsafeMutablePointer<Float>, _ rowStride: Int,
  second: Int
) {
  var low = InlineArray<R, NativeVector>(repeating: .zero)
  var high = InlineArray<R, NativeVector>(repeating: .zero)
  var lowBelow = InlineArray<R, NativeVector>(repeating: .zero)
  var highBelow = InlineArray<R, NativeVector>(repeating: .zero)
  unrolled(rows) { r in
    let row = start.values + r &* start.rowStride
    low[unchecked: r] = row.native(0)
    high[unchecked: r] = row.native(second)
    if P == 2 {
      let row = start.values + (r &+ R) &* start.rowStride
      lowBelow[unchecked: r] = row.native(0)
      highBelow[unchecked: r] = row.native(second)
    }
  }
  let stride = operands.leftRowStride
  let half = operands.leftHalfStride ?? R &* stride
  var right = operands.right
  for segment in 0..<operands.segments {
    var left = operands.left + segment &* operands.leftSegmentStride
    for _ in 0..<operands.depth {
      let b0 = right.native(0)
      let b1 = right.native(second)
      unrolled(rows) { r in
        let a = NativeVector(repeating: left[r &* stride])
        low[unchecked: r].addProduct(a, b0)
        high[unchecked: r].addProduct(a, b1)
        if P == 2 {
          let a = NativeVector(repeating: left[half &+ r &* stride])
          lowBelow[unchecked: r].addProduct(a, b0)
          highBelow[unchecked: r].addProduct(a, b1)
        }
      }
      left += 1
      right += operands.rightRowStride
    }
  }
  unrolled(rows) { r in
    let row = output + r &* rowStride
    row.store(low[unchecked: r], 0)
    row.store(high[unchecked: r], second)
    if P == 2 {
      let row = output + (r &+ R) &* rowStride
      row.store(lowBelow[unchecked: r], 0)
      row.store(highBelow[unchecked: r], second)
    }
  }
}

/// As `wideTile`, for one native vector of columns.
@inline(__always)
private func slimTile<let R: Int, let P: Int>(
  _ rows: InlineArray<R, Bool>.Type, _: InlineArray<P, Bool>.Type, _ operands: TileOperands,
  _ start: TileStart, _ output: UnsafeMutablePointer<Float>, _ rowStride: Int
) {
  var sums = InlineArray<R, NativeVector>(repeating: .zero)
  var below = InlineArray<R, NativeVector>(repeating: .zero)
  unrolled(rows) { r in
    sums[unchecked: r] = start.values.native(r &* start.rowStride)
    if P == 2 { below[unchecked: r] = start.values.native((r &+ R) &* start.rowStride) }
  }
  let stride = operands.leftRowStride
  let half = operands.leftHalfStride ?? R &* stride
  var right = operands.right
  for segment in 0..<operands.segments {
    var left = operands.left + segment &* operands.leftSegmentStride
    for _ in 0..<operands.depth {
      let b = right.native(0)
      unrolled(rows) { r in
        sums[unchecked: r].addProduct(NativeVector(repeating: left[r &* stride]), b)
        if P == 2 {
          below[unchecked: r].addProduct(NativeVector(repeating: left[half &+ r &* stride]), b)
        }
      }
      left += 1
      right += operands.rightRowStride
    }
  }
  unrolled(rows) { r in
    output.store(sums[unchecked: r], r &* rowStride)
    if P == 2 { output.store(below[unchecked: r], (r &+ R) &* rowStride) }
  }
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

/// output[r, ·] = start[r, ·] + Σ_p left[p, r] · right[p, ·] for two native vectors of columns and P·R rows, P being 1
/// or 2; `second` as in `wideTile`.
@inline(__always)
private func wideTransposedTile<let R: Int, let P: Int>(
  _ rows: InlineArray<R, Bool>.Type, _: InlineArray<P, Bool>.Type,
  _ operands: TransposedOperands, _ start: TileStart, _ output: UnsafeMutablePointer<Float>,
  _ rowStride: Int, second: Int
) {
  var low = InlineArray<R, NativeVector>(repeating: .zero)
  var high = InlineArray<R, NativeVector>(repeating: .zero)
  var lowBelow = InlineArray<R, NativeVector>(repeating: .zero)
  var highBelow = InlineArray<R, NativeVector>(repeating: .zero)
  unrolled(rows) { r in
    let row = start.values + r &* start.rowStride
    low[unchecked: r] = row.native(0)
    high[unchecked: r] = row.native(second)
    if P == 2 {
      let row = start.values + (r &+ R) &* start.rowStride
      lowBelow[unchecked: r] = row.native(0)
      highBelow[unchecked: r] = row.native(second)
    }
  }
  for line in 0..<operands.lines {
    var left = operands.left + line &* operands.leftLineStride
    var right = operands.right + line &* operands.rightLineStride
    for _ in 0..<operands.length {
      let b0 = right.native(0)
      let b1 = right.native(second)
      unrolled(rows) { r in
        let a = NativeVector(repeating: left[r])
        low[unchecked: r].addProduct(a, b0)
        high[unchecked: r].addProduct(a, b1)
        if P == 2 {
          let a = NativeVector(repeating: left[r &+ R])
          lowBelow[unchecked: r].addProduct(a, b0)
          highBelow[unchecked: r].addProduct(a, b1)
        }
      }
      left += operands.leftStep
      right += operands.rightStep
    }
  }
  unrolled(rows) { r in
    let row = output + r &* rowStride
    row.store(low[unchecked: r], 0)
    row.store(high[unchecked: r], second)
    if P == 2 {
      let row = output + (r &+ R) &* rowStride
      row.store(lowBelow[unchecked: r], 0)
      row.store(highBelow[unchecked: r], second)
    }
  }
}

/// As `wideTransposedTile`, for one native vector of columns.
@inline(__always)
private func slimTransposedTile<let R: Int, let P: Int>(
  _ rows: InlineArray<R, Bool>.Type, _: InlineArray<P, Bool>.Type,
  _ operands: TransposedOperands, _ start: TileStart, _ output: UnsafeMutablePointer<Float>,
  _ rowStride: Int
) {
  var sums = InlineArray<R, NativeVector>(repeating: .zero)
  var below = InlineArray<R, NativeVector>(repeating: .zero)
  unrolled(rows) { r in
    sums[unchecked: r] = start.values.native(r &* start.rowStride)
    if P == 2 { below[unchecked: r] = start.values.native((r &+ R) &* start.rowStride) }
  }
  for line in 0..<operands.lines {
    var left = operands.left + line &* operands.leftLineStride
    var right = operands.right + line &* operands.rightLineStride
    for _ in 0..<operands.length {
      let b = right.native(0)
      unrolled(rows) { r in
        sums[unchecked: r].addProduct(NativeVector(repeating: left[r]), b)
        if P == 2 { below[unchecked: r].addProduct(NativeVector(repeating: left[r &+ R]), b) }
      }
      left += operands.leftStep
      right += operands.rightStep
    }
  }
  unrolled(rows) { r in
    output.store(sums[unchecked: r], r &* rowStride)
    if P == 2 { output.store(below[unchecked: r], (r &+ R) &* rowStride) }
  }
}

/// Computes a tile of `rows` × `columns`, numbers that `tileRows` and `tileColumns` give.
func tile(
  rows: Int, columns: Int, _ operands: TileOperands, from start: TileStart,
  into output: UnsafeMutablePointer<Float>, rowStride: Int
) {
  if columns >= nativeWidth {
    return wholeTile(
      rows: rows, columns: columns, operands, from: start, into: output, rowStride: rowStride)
  }
  inRoom(rows: rows, columns: columns, output, rowStride) { room in
    wholeTile(
      rows: rows, columns: nativeWidth, operands, from: start, into: room, rowStride: nativeWidth)
  }
}

/// Computes a tile of a native vector of columns, or up to two.
private func wholeTile(
  rows: Int, columns: Int, _ operands: TileOperands, from start: TileStart,
  into output: UnsafeMutablePointer<Float>, rowStride: Int
) {
  @inline(__always)
  func run<let R: Int, let P: Int>(
    _ rows: InlineArray<R, Bool>.Type, _ parts: InlineArray<P, Bool>.Type
  ) {
    if columns == nativeWidth {
      slimTile(rows, parts, operands, start, output, rowStride)
    } else if R * P <= wideTileRows {
      wideTile(rows, parts, operands, start, output, rowStride, second: columns &- nativeWidth)
    } else {
      // It would not stay in registers.
      fatalError("no tile of \(columns) columns has \(R * P) rows")
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
  default: fatalError("no tile has \(rows) rows")
  }
}

/// Adds a transposed product of `rows` × `columns`, numbers that `tileRows` and `tileColumns` give, to `output`.
func transposedTile(
  rows: Int, columns: Int, _ operands: TransposedOperands,
  addingTo output: UnsafeMutablePointer<Float>, rowStride: Int
) {
  let start = TileStart(values: output, rowStride: rowStride)
  if columns >= nativeWidth {
    return wholeTransposedTile(
      rows: rows, columns: columns, operands, from: start, into: output, rowStride: rowStride)
  }
  inRoom(rows: rows, columns: columns, output, rowStride) { room in
    wholeTransposedTile(
      rows: rows, columns: nativeWidth, operands, from: start, into: room, rowStride: nativeWidth)
  }
}

/// Computes a transposed tile of a native vector of columns, or up to two.
private func wholeTransposedTile(
  rows: Int, columns: Int, _ operands: TransposedOperands, from start: TileStart,
  into output: UnsafeMutablePointer<Float>, rowStride: Int
) {
  @inline(__always)
  func run<let R: Int, let P: Int>(
    _ rows: InlineArray<R, Bool>.Type, _ parts: InlineArray<P, Bool>.Type
  ) {
    if columns == nativeWidth {
      slimTransposedTile(rows, parts, operands, start, output, rowStride)
    } else if R * P <= wideTileRows {
      wideTransposedTile(
        rows, parts, operands, start, output, rowStride, second: columns &- nativeWidth)
    } else {
      fatalError("no tile of \(columns) columns has \(R * P) rows")
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
  default: fatalError("no tile has \(rows) rows")
  }
}

/// Calls `body` with room for a tile of one native vector, and copies the first `columns` of each row to `output`.
///
/// The room is less than a kilobyte, and not aligned: otherwise it would come from the heap.
@inline(__always)
private func inRoom(
  rows: Int, columns: Int, _ output: UnsafeMutablePointer<Float>, _ rowStride: Int,
  _ body: (UnsafeMutablePointer<Float>) -> Void
) {
  withUnsafeTemporaryAllocation(of: Float.self, capacity: slimTileRows * vectorWidth) { memory in
    let room = memory.baseAddress!
    body(room)
    for r in 0..<rows { (output + r &* rowStride).copy(room + r &* nativeWidth, count: columns) }
  }
}
