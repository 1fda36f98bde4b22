/// output = factor · (values − target); returns Σ (values − target)².
///
/// - Parameters:
///   - values: `[count]`; may be `output` itself.
///   - target: `[count]`
package func scaledDifference(
  _ values: UnsafePointer<Float>, minus target: UnsafePointer<Float>, factor: Float,
  into output: UnsafeMutablePointer<Float>, count: Int
) -> Double {
  // Sums of 64 vectors are short enough for single precision.
  let block = 64 * vectorWidth
  let whole = count / vectorWidth * vectorWidth
  let factors = Vector(repeating: factor)
  var total = 0.0
  var i = 0
  while i < whole {
    var sum = Vector.zero
    let end = min(whole, i &+ block)
    while i < end {
      let difference = values.vector(i) - target.vector(i)
      sum.addProduct(difference, difference)
      output.store(factors * difference, i)
      i &+= vectorWidth
    }
    total += Double(sum.sum())
  }
  while i < count {
    let difference = values[i] - target[i]
    total += Double(difference) * Double(difference)
    output[i] = factor * difference
    i &+= 1
  }
  return total
}
