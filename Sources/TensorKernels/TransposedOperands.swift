/// The operands of a transposed product: both are walked position by position.
///
/// Positions come in `lines` of `length`: the pixels of an output image, row by row.
struct TransposedOperands: TileOperands {
  /// The left-hand value of the first row at the first position; the rows of the result are contiguous there.
  var left: UnsafePointer<Float>
  var leftStep: Int
  var leftLineStride = 0
  var right: UnsafePointer<Float>
  var rightStep: Int
  var rightLineStride = 0
  var lines = 1
  var length: Int

  func at(row: Int, column: Int) -> TransposedOperands {
    var moved = self
    moved.left += row
    moved.right += column
    return moved
  }

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
    for line in 0..<lines {
      var left = left + line &* leftLineStride
      var right = right + line &* rightLineStride
      for _ in 0..<length {
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
        left += leftStep
        right += rightStep
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
    for line in 0..<lines {
      var left = left + line &* leftLineStride
      var right = right + line &* rightLineStride
      for _ in 0..<length {
        let b = right.native(0)
        unrolled(rows) { r in
          sums[unchecked: r].addProduct(NativeVector(repeating: left[r]), b)
          if P == 2 { below[unchecked: r].addProduct(NativeVector(repeating: left[r &+ R]), b) }
        }
        left += leftStep
        right += rightStep
      }
    }
    unrolled(rows) { r in
      output.store(sums[unchecked: r], r &* rowStride)
      if P == 2 { output.store(below[unchecked: r], (r &+ R) &* rowStride) }
    }
  }
}
