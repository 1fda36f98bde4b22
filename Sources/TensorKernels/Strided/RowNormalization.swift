import Foundation

// Functions of whole rows, `[rows, columns]`, dense.

/// output = softmax(scale · input (+ addend)) over each row, or its logarithm.
///
/// - Parameters:
///   - input: May be `output` itself; rows `stride` floats apart, as are the output's.
///   - addend: `[rows, columns]`, dense, or nil.
package func softmaxRows(
  _ input: UnsafePointer<Float>, scale: Float = 1, addend: UnsafePointer<Float>? = nil,
  isLogarithm: Bool = false, into output: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
  stride: Int
) {
  for row in 0..<rows {
    let (x, y) = (input + row * stride, output + row * stride)
    let added = addend.map { $0 + row * columns }
    var largest = -Float.infinity
    var c = 0
    var highs = Vector(repeating: -.infinity)
    let factor = Vector(repeating: scale)
    while c &+ vectorWidth <= columns {
      var value = x.vector(c) * factor
      if let added { value += added.vector(c) }
      y.store(value, c)
      highs = raised(highs, to: value)
      c &+= vectorWidth
    }
    for lane in 0..<vectorWidth { largest = max(largest, highs[lane]) }
    while c < columns {
      y[c] = x[c] * scale + (added.map { $0[c] } ?? 0)
      largest = max(largest, y[c])
      c &+= 1
    }
    if isLogarithm {
      var sum = 0.0
      for c in 0..<columns { sum += Double(expf(y[c] - largest)) }
      let shift = largest + Float(log(sum))
      for c in 0..<columns { y[c] -= shift }
      continue
    }
    let shift = Vector(repeating: largest)
    var sums = Vector.zero
    c = 0
    while c &+ vectorWidth <= columns {
      let value = exponential(y.vector(c) - shift)
      y.store(value, c)
      sums += value
      c &+= vectorWidth
    }
    var sum: Float = 0
    for lane in 0..<vectorWidth { sum += sums[lane] }
    while c < columns {
      y[c] = expf(y[c] - largest)
      sum += y[c]
      c &+= 1
    }
    let inverse = 1 / sum
    for c in 0..<columns { y[c] *= inverse }
  }
}

/// output = γ·(x − mean)/√(variance + ε) + β over each row; without γ and β the row is only normalised.
///
/// - Parameters:
///   - gamma, beta: `[columns]` or nil.
///   - output: Dense, as `input`; may be `input` itself.
package func normalizeRows(
  _ input: UnsafePointer<Float>, epsilon: Float, gamma: UnsafePointer<Float>?,
  beta: UnsafePointer<Float>?, into output: UnsafeMutablePointer<Float>, rows: Int, columns: Int
) {
  for row in 0..<rows {
    let (x, y) = (input + row * columns, output + row * columns)
    // Sixteen partial sums; a row's end is added one by one.
    var sums = Vector.zero
    var c = 0
    while c &+ vectorWidth <= columns {
      sums += x.vector(c)
      c &+= vectorWidth
    }
    var sum = 0.0
    for lane in 0..<vectorWidth { sum += Double(sums[lane]) }
    while c < columns {
      sum += Double(x[c])
      c &+= 1
    }
    let mean = Float(sum / Double(columns))
    let center = Vector(repeating: mean)
    var squares = Vector.zero
    c = 0
    while c &+ vectorWidth <= columns {
      let difference = x.vector(c) - center
      squares.addProduct(difference, difference)
      c &+= vectorWidth
    }
    var square = 0.0
    for lane in 0..<vectorWidth { square += Double(squares[lane]) }
    while c < columns {
      square += Double((x[c] - mean) * (x[c] - mean))
      c &+= 1
    }
    let inverse = Float(1 / (square / Double(columns) + Double(epsilon)).squareRoot())
    for c in 0..<columns { y[c] = (x[c] - mean) * inverse }
    if let gamma { for c in 0..<columns { y[c] *= gamma[c] } }
    if let beta { for c in 0..<columns { y[c] += beta[c] } }
  }
}
