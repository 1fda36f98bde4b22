/// A positive definite kernel of two vectors of length 1, as a function of their product p.
package enum PairKernel: Hashable, Sendable {
  /// p
  case linear
  /// (p + offset)^degree
  case polynomial(degree: Int, offset: Float)
  /// exp(−‖x − y‖² / (2·variance)) = exp((p − 1) / variance)
  case gaussian(variance: Float)
}

/// products = factor · k′(products); returns Σ k(products).
///
/// - Parameter products: `[count]`; nothing is written behind them.
package func applyKernel(
  _ kernel: PairKernel, _ products: UnsafeMutablePointer<Float>, factor: Float, count: Int
) -> Double {
  @inline(__always)
  func run(_ valueAndSlope: (Vector) -> (value: Vector, slope: Vector)) -> Double {
    let factors = Vector(repeating: factor)
    var total = 0.0
    var i = 0
    while i < count {
      let (value, slope) = valueAndSlope(products.vector(i))
      let used = min(vectorWidth, count - i)
      if used == vectorWidth {
        total += Double(value.sum())
      } else {
        for lane in 0..<used { total += Double(value[lane]) }
      }
      products.store(factors * slope, i, limit: used)
      i &+= vectorWidth
    }
    return total
  }
  let one = Vector(repeating: 1)
  switch kernel {
  case .linear: return run { ($0, one) }
  case .polynomial(let degree, let offset):
    let shift = Vector(repeating: offset)
    return run { product in
      let base = product + shift
      var power = one
      for _ in 1..<degree { power *= base }
      return (power * base, Vector(repeating: Float(degree)) * power)
    }
  case .gaussian(let variance):
    let inverse = Vector(repeating: 1 / variance)
    return run { product in
      let value = exponential((product - one) * inverse)
      return (value, value * inverse)
    }
  }
}
