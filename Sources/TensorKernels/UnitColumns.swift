// Columns of length 1: a channel's map without its size.

/// output[p, c] = values[p, c] / ‖column c‖; a column of zeros stays one.
///
/// - Parameters:
///   - values: `[rows, columns]`
///   - output: `[rows, columns]`; overwritten.
///   - inverseNorms: `[columns]` and a margin: 1 / ‖column‖, or 0; overwritten.
package func unitColumns(
  _ values: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>,
  inverseNorms: UnsafeMutablePointer<Float>, rows: Int, columns: Int
) {
  var c = 0
  while c < columns {
    let count = columns - c
    var sum = Vector.zero
    for r in 0..<rows {
      let value = values.vector(r * columns + c)
      sum.addProduct(value, value)
    }
    let inverse = (Vector(repeating: 1) / sum.squareRoot())
      .replacing(with: Vector.zero, where: sum .<= Vector(repeating: .leastNormalMagnitude))
    inverseNorms.store(inverse, c, limit: count)
    for r in 0..<rows {
      output.store(values.vector(r * columns + c) * inverse, r * columns + c, limit: count)
    }
    c &+= vectorWidth
  }
}

/// Turns the gradient of `unitColumns`' output into that of its input: (g − u·(u·g)) / ‖column‖ for each column.
///
/// - Parameters:
///   - unit: `[rows, columns]`, what `unitColumns` gave, and `inverseNorms`.
///   - gradient: `[rows, columns]`; may be `output` itself.
///   - output: `[rows, columns]`; overwritten.
package func unitColumnsBackward(
  _ unit: UnsafePointer<Float>, inverseNorms: UnsafePointer<Float>,
  gradient: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, rows: Int, columns: Int
) {
  var c = 0
  while c < columns {
    var along = Vector.zero
    for r in 0..<rows {
      along.addProduct(unit.vector(r * columns + c), gradient.vector(r * columns + c))
    }
    let inverse = inverseNorms.vector(c)
    for r in 0..<rows {
      let place = r * columns + c
      let across = gradient.vector(place) - unit.vector(place) * along
      output.store(across * inverse, place, limit: columns - c)
    }
    c &+= vectorWidth
  }
}
