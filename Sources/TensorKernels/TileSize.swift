// How large register tiles are, for the processor that the code is compiled for.
//
// Sums should fill the registers but for what multiplies them: with 32 registers 14 rows × 2 vectors, with 16
// registers 6 rows × 2 vectors; a tile of one vector has 14 rows in either case. Fewer than eight sums cannot keep two
// multiply–adders busy, and more than fit go through the stack at every step.

/// The columns of the widest tile.
package var wideTileColumns: Int {
  @inline(__always) get { 2 &* nativeWidth }
}

/// The most rows of a tile of two vectors.
var wideTileRows: Int {
  @inline(__always) get { hasManyRegisters ? 14 : 6 }
}

/// The most rows of a tile of one vector.
let slimTileRows = 14

/// Returns how many columns the next tile should have, when `remaining` are left.
///
/// A tile of two vectors may have fewer columns: its vectors overlap. Fewer than one vector go through memory, so a
/// whole vector is left over rather than a part.
func tileColumns(remaining: Int) -> Int {
  let rest = remaining - wideTileColumns
  return rest > 0 && rest < nativeWidth ? remaining - nativeWidth : min(wideTileColumns, remaining)
}

/// The most rows of a tile of `columns`.
func mostTileRows(columns: Int) -> Int { columns > nativeWidth ? wideTileRows : slimTileRows }

/// Returns how many rows the next tile of `columns` should have, when `remaining` are left: 1…7 or an even number.
///
/// A tile of few rows waits for its own sums, so what does not fill whole tiles is shared out: 16 become
/// 8 + 8, not 14 + 2.
func tileRows(remaining: Int, columns: Int) -> Int {
  let most = mostTileRows(columns: columns)
  let rest = remaining % most
  if remaining >= most && (rest == 0 || 2 &* rest >= most) { return most }
  if remaining <= min(most, 7) { return remaining }
  let tiles = (remaining + most - 1) / most
  let rows = (remaining + tiles - 1) / tiles
  if rows <= 7 || rows & 1 == 0 { return rows }
  return tiles == 1 ? (rows + 1) / 2 : rows + 1
}

/// Whether two lines of an image of `width` go into one tile of `columns`.
func tileHoldsTwoLines(width: Int, columns: Int) -> Bool {
  width >= 4 && 2 &* width <= mostTileRows(columns: columns)
}
