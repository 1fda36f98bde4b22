/// output[r] = Σ_c values[r, c]²
///
/// - Parameters:
///   - values: `[rows, columns]`
///   - output: `[rows]`; overwritten.
package func rowSquares(
  _ values: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, rows: Int, columns: Int
) {
  let whole = columns / vectorWidth * vectorWidth
  for r in 0..<rows {
    let row = values + r * columns
    var sum = Vector.zero
    var c = 0
    while c < whole {
      let value = row.vector(c)
      sum.addProduct(value, value)
      c &+= vectorWidth
    }
    var total = sum.sum()
    while c < columns {
      total += row[c] * row[c]
      c &+= 1
    }
    output[r] = total
  }
}

/// output[r, c] = factors[r] · values[r, c]
///
/// - Parameters:
///   - factors: `[rows]`
///   - values: `[rows, columns]`
///   - output: `[rows, columns]`; overwritten.
package func scaleRows(
  _ values: UnsafePointer<Float>, by factors: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Float>, rows: Int, columns: Int
) {
  for r in 0..<rows {
    let factor = Vector(repeating: factors[r])
    let (row, target) = (values + r * columns, output + r * columns)
    var c = 0
    while c < columns {
      target.store(factor * row.vector(c), c, limit: columns - c)
      c &+= vectorWidth
    }
  }
}
