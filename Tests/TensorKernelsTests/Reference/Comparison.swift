import RandomStreams
import Testing

/// What rounding may do to a sum of `terms` products of numbers in [−1, 1].
///
/// Each of the n additions rounds a partial sum of about √(n/9) by up to 2⁻²⁴ of it; the errors add up as
/// a random walk to about n/3 · 2⁻²⁴. Twelve times that is far above chance and ten thousand times
/// below what a wrong index does.
func roundingTolerance(terms: Int) -> Double { 4 * Double(terms + 4) * 0x1p-24 }

/// Expects every value within `tolerance` of the reference.
func expectClose(
  _ values: [Float], _ reference: [Double], within tolerance: Double, _ name: String = "value",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(values.count == reference.count, "\(name): count", sourceLocation: sourceLocation)
  var worst = (index: 0, distance: -1.0)
  for (index, (value, expected)) in zip(values, reference).enumerated() {
    let distance = abs(Double(value) - expected)
    // Also true for NaN.
    if !(distance <= worst.distance) { worst = (index, distance) }
    if distance.isNaN { break }
  }
  guard !values.isEmpty else { return }
  #expect(
    worst.distance <= tolerance,
    "\(name)[\(worst.index)] is \(values[worst.index]), expected \(reference[worst.index])",
    sourceLocation: sourceLocation)
}

/// Expects `gradient` to agree with central finite differences of `function` at `point`.
///
/// `function` is computed in double precision, so a step of 1e-5 leaves errors of about 1e-9 from rounding
/// and 1e-10 from curvature, both below the kernels' own. Of many coordinates, 40 are tried: the first,
/// the last and others by chance.
func expectGradient(
  _ gradient: [Float], of function: ([Double]) -> Double, at point: [Float],
  within tolerance: Double, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(gradient.count == point.count, "\(name): count", sourceLocation: sourceLocation)
  let step = 1e-5
  var random = RandomStream(seed: 7, purpose: "coordinates", point.count)
  let coordinates =
    point.count <= 40
    ? Array(point.indices)
    : [0, point.count - 1] + (0..<38).map { _ in random.integer(below: point.count) }
  var shifted = point.doubles
  let differences = coordinates.map { index -> Double in
    let value = shifted[index]
    shifted[index] = value + step
    let above = function(shifted)
    shifted[index] = value - step
    let below = function(shifted)
    shifted[index] = value
    return (above - below) / (2 * step)
  }
  expectClose(
    coordinates.map { gradient[$0] }, differences, within: tolerance + 1e-8,
    "\(name) at \(coordinates)", sourceLocation: sourceLocation)
}

/// Returns Σ weightᵢ·valueᵢ: a linear functional of a kernel's output, whose gradient is `weights`.
func dot(_ weights: [Float], _ values: [Double]) -> Double {
  var sum = 0.0
  for (weight, value) in zip(weights, values) { sum += Double(weight) * value }
  return sum
}
