import Foundation

// What losses on logits share, in double precision.

/// Writes log softmax(x / T) without overflow; the result is finite wherever x is.
///
/// - Parameters:
///   - x: `[count]`
///   - output: `[count]`; must not be x.
func logSoftmax(
  _ x: UnsafePointer<Double>, temperature: Double, into output: UnsafeMutablePointer<Double>,
  count: Int
) {
  var largest = x[0]
  for i in 1..<max(1, count) where x[i] > largest { largest = x[i] }
  var sum = 0.0
  for i in 0..<count {
    output[i] = (x[i] - largest) / temperature
    sum += exp(output[i])
  }
  let logSum = log(sum)
  for i in 0..<count { output[i] -= logSum }
}

/// Returns the place of the largest value; of equal ones the first.
func likeliestClass<Value: Comparable>(_ values: UnsafePointer<Value>, count: Int) -> Int {
  var best = 0
  for c in 1..<max(1, count) where values[c] > values[best] { best = c }
  return best
}

/// Replaces x by (x − mean) / s, with s² = variance + 10⁻⁴, and returns s.
///
/// Source: Sun et al., "Logit standardization in knowledge distillation", arXiv:2403.01734. What is added keeps the
/// gradient of nearly equal values small, and that of equal ones finite.
func standardize(_ x: UnsafeMutablePointer<Double>, count: Int) -> Double {
  var (sum, squares) = (0.0, 0.0)
  for i in 0..<count { sum += x[i] }
  let mean = sum / Double(count)
  for i in 0..<count {
    x[i] -= mean
    squares += x[i] * x[i]
  }
  let spread = (squares / Double(count) + 1e-4).squareRoot()
  for i in 0..<count { x[i] /= spread }
  return spread
}

/// Turns the gradient by standardised values x̂ into that by the values before.
///
///     ∂x̂ᵢ/∂xⱼ = (δᵢⱼ − 1/n − x̂ᵢ·x̂ⱼ/n) / s
///
/// - Parameters:
///   - gradient: `[count]`; replaced.
///   - standardized: x̂, `[count]`
///   - spread: s
func pullBackStandardization(
  _ gradient: UnsafeMutablePointer<Double>, standardized: UnsafePointer<Double>, spread: Double,
  count: Int
) {
  var (sum, product) = (0.0, 0.0)
  for i in 0..<count {
    sum += gradient[i]
    product += gradient[i] * standardized[i]
  }
  for i in 0..<count {
    gradient[i] = (gradient[i] - (sum + product * standardized[i]) / Double(count)) / spread
  }
}

/// Returns Pearson's r of x and y, and adds its gradient by x, times `factor`.
///
///     r = a·b / √((a·a + ε)·(b·b + ε)),   a = x − mean x, b = y − mean y, ε = 10⁻¹⁶
///     ∂r/∂x = b / √(…) − r·a / (a·a + ε)
///
/// Where all values of one are equal r is 0, and its gradient 0 if they are those of y.
///
/// - Parameters:
///   - x: `count` values, `stride` apart; so are y and `gradient`.
func correlation(
  _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, count: Int, stride: Int = 1,
  factor: Double, addingTo gradient: UnsafeMutablePointer<Double>
) -> Double {
  var (sumX, sumY) = (0.0, 0.0)
  for i in 0..<count {
    sumX += x[i * stride]
    sumY += y[i * stride]
  }
  let (meanX, meanY) = (sumX / Double(count), sumY / Double(count))
  var (squaresX, squaresY, products) = (1e-16, 1e-16, 0.0)
  for i in 0..<count {
    let (a, b) = (x[i * stride] - meanX, y[i * stride] - meanY)
    squaresX += a * a
    squaresY += b * b
    products += a * b
  }
  let norm = squaresX.squareRoot() * squaresY.squareRoot()
  let r = products / norm
  for i in 0..<count {
    let (a, b) = (x[i * stride] - meanX, y[i * stride] - meanY)
    gradient[i * stride] += factor * (b / norm - r * a / squaresX)
  }
  return r
}
