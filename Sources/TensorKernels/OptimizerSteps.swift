// Optimiser updates as one pass over flat buffers. `count` is a multiple of 16.

/// SGD with Nesterov momentum and decoupled weight decay.
///
///     v ← momentum·v + g,   p ← p − rate·(g + momentum·v) − rate·decay·p
///
/// Source: Sutskever et al., ICML 2013, in PyTorch's form; decay by Loshchilov and Hutter,
/// arXiv:1711.05101. Without `nesterov` the step is rate·v.
///
/// - Parameters:
///   - parameters: p; updated.
///   - gradient: g, multiplied by `gradientScale` (clipping) on reading.
///   - velocity: v; updated.
public func sgdStep(
  parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
  velocity: UnsafeMutablePointer<Float>, count: Int, rate: Float, momentum: Float, decay: Float,
  nesterov: Bool, gradientScale: Float
) {
  let keep = 1 - rate * decay
  var i = 0
  while i < count {
    let g = gradient.vector(i) * gradientScale
    let v = g.addingProduct(Vector(repeating: momentum), velocity.vector(i))
    velocity.store(v, i)
    let step = nesterov ? g.addingProduct(Vector(repeating: momentum), v) : v
    parameters.store(
      (parameters.vector(i) * keep).addingProduct(Vector(repeating: -rate), step), i)
    i &+= vectorWidth
  }
}

/// Adam with decoupled weight decay (AdamW).
///
/// Source: Loshchilov and Hutter, arXiv:1711.05101, algorithm 2.
///
/// - Parameters:
///   - first, second: The moments; updated.
///   - step: Counted from 1.
public func adamWStep(
  parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
  first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>, count: Int,
  rate: Float, beta1: Float, beta2: Float, epsilon: Float, decay: Float, step: Int,
  gradientScale: Float
) {
  let correction1 = 1 - power(beta1, step)
  let correction2 = 1 - power(beta2, step)
  let keep = 1 - rate * decay
  var i = 0
  while i < count {
    let g = gradient.vector(i) * gradientScale
    let m = (first.vector(i) * beta1).addingProduct(Vector(repeating: 1 - beta1), g)
    let v = (second.vector(i) * beta2).addingProduct(Vector(repeating: 1 - beta2), g * g)
    first.store(m, i)
    second.store(v, i)
    let denominator = (v / correction2).squareRoot() + epsilon
    parameters.store(parameters.vector(i) * keep - rate * (m / correction1) / denominator, i)
    i &+= vectorWidth
  }
}

/// base to the power of a whole exponent, by squaring.
private func power(_ base: Float, _ exponent: Int) -> Float {
  var result = 1.0
  var square = Double(base)
  var rest = exponent
  while rest > 0 {
    if rest & 1 == 1 { result *= square }
    square *= square
    rest >>= 1
  }
  return Float(result)
}

/// Σ values², in double precision. `count` is a multiple of 16.
public func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Double {
  var total = 0.0
  var i = 0
  while i < count {
    var sum = Vector.zero
    let end = min(count, i &+ 4096)
    while i < end {
      let value = values.vector(i)
      sum.addProduct(value, value)
      i &+= vectorWidth
    }
    for lane in 0..<vectorWidth { total += Double(sum[lane]) }
  }
  return total
}
