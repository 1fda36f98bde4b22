/// Computes a result of any size, tile by tile: all rows of some columns before the next columns.
///
/// - Parameters:
///   - operands: Of the whole result.
///   - start: What each value begins with; `output` itself to add to it.
///   - output: `[rows, columns]`, its rows `rowStride` floats apart; overwritten.
func tiledProduct<Operands: TileOperands>(
  rows: Int, columns: Int, _ operands: Operands, from start: TileStart,
  into output: UnsafeMutablePointer<Float>, rowStride: Int
) {
  var column = 0
  while column < columns {
    let tileColumns = tileColumns(remaining: columns - column)
    var row = 0
    while row < rows {
      let tileRows = tileRows(remaining: rows - row, columns: tileColumns)
      tile(
        rows: tileRows, columns: tileColumns, operands.at(row: row, column: column),
        from: start.at(row: row, column: column), into: output + (row &* rowStride &+ column),
        rowStride: rowStride)
      row += tileRows
    }
    column += tileColumns
  }
}

/// Adds a product of any size to `output`, `[rows, columns]`, its rows `rowStride` floats apart.
func addTiledProduct<Operands: TileOperands>(
  rows: Int, columns: Int, _ operands: Operands, to output: UnsafeMutablePointer<Float>,
  rowStride: Int
) {
  tiledProduct(
    rows: rows, columns: columns, operands,
    from: TileStart(values: output, rowStride: rowStride), into: output, rowStride: rowStride)
}
