/// A product's operands, left-hand rows × right-hand rows.
///
/// A product sums over `segments` stretches of `depth` values each. A plain matrix has one segment; a
/// k×k convolution has k, since in an NHWC image the k·Cin values under one row of the window are
/// contiguous.
struct RowOperands: TileOperands {
  /// The first left-hand value.
  var left: UnsafePointer<Float>
  /// From one left-hand row to the next.
  var leftRowStride: Int
  /// From one segment to the next, in the left-hand operand.
  var leftSegmentStride: Int
  /// From the first row to the one in the middle of a tile of 8 rows and more, where that is not a row like
  /// any other: the second line of a small image.
  var leftHalfStride: Int? = nil
  /// The first value of the right-hand panel, `[segments · depth, ≥ the tile's columns]`.
  var right: UnsafePointer<Float>
  var rightRowStride: Int
  var segments: Int
  var depth: Int

  func at(row: Int, column: Int) -> RowOperands {
    var moved = self
    moved.left += row &* leftRowStride
    moved.right += column
    return moved
  }

  // The sums are local arrays of at most seven vectors, which only unrolled closures touch, whole vectors at a time.
  // Otherwise the compiler writes every sum to the stack at every step of the loop (measured: a third of the speed): it
  // does so for arrays of ten and more, which are set to zero out of line, for arrays kept in a structure with
  // methods, and for those that are stored in smaller pieces.
  @inline(__always)
  func wideTile<let R: Int, let P: Int>(
    _ rows: InlineArray<R, Bool>.Type, _: InlineArray<P, Bool>.Type, from start: TileStart,
    into output: UnsafeMutablePointer<Float>, rowStride: Int, second: Int
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
    let stride = leftRowStride
    let half = leftHalfStride ?? R &* stride
    var right = right
    for segment in 0..<segments {
      var left = left + segment &* leftSegmentStride
      for _ in 0..<depth {
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
        right += rightRowStride
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

  @inline(__always)
  func slimTile<let R: Int, let P: Int>(
    _ rows: InlineArray<R, Bool>.Type, _: InlineArray<P, Bool>.Type, from start: TileStart,
    into output: UnsafeMutablePointer<Float>, rowStride: Int
  ) {
    var sums = InlineArray<R, NativeVector>(repeating: .zero)
    var below = InlineArray<R, NativeVector>(repeating: .zero)
    unrolled(rows) { r in
      sums[unchecked: r] = start.values.native(r &* start.rowStride)
      if P == 2 { below[unchecked: r] = start.values.native((r &+ R) &* start.rowStride) }
    }
    let stride = leftRowStride
    let half = leftHalfStride ?? R &* stride
    var right = right
    for segment in 0..<segments {
      var left = left + segment &* leftSegmentStride
      for _ in 0..<depth {
        let b = right.native(0)
        unrolled(rows) { r in
          sums[unchecked: r].addProduct(NativeVector(repeating: left[r &* stride]), b)
          if P == 2 {
            below[unchecked: r].addProduct(NativeVector(repeating: left[half &+ r &* stride]), b)
          }
        }
        left += 1
        right += rightRowStride
      }
    }
    unrolled(rows) { r in
      output.store(sums[unchecked: r], r &* rowStride)
      if P == 2 { output.store(below[unchecked: r], (r &+ R) &* rowStride) }
    }
  }
}
