import DeployedModels

/// Rounding in training: forward the integers' values, backward a straight-through gradient.
///
/// With bounds L = s · (−128 − z) and U = s · (127 − z), which learned ranges move, and q = x / s rounded:
///
///     y = s · clip(q)        ∂y/∂x = 1 inside, 0 outside
///     ∂y/∂L = 1 below, −(q − x/s) / 255 inside      ∂y/∂U = 1 above, (q − x/s) / 255 inside
///
/// Rounding counts as the identity, so the terms inside are what s = (U − L) / 255 does to y. The zero point is
/// rounded forward and not backward. Sources: Bengio et al., arXiv:1308.3432 (straight-through); Esser et al.,
/// arXiv:1902.08153 and Bhalgat et al., arXiv:2004.09576 (learned scales).
struct FakeQuantizer: Hashable, Sendable {
  let rounding: Rounding
  /// The lowest and highest integers less the zero point.
  private let low: Float
  private let high: Float

  init(_ quantization: TensorQuantization) {
    rounding = Rounding(quantization)
    (low, high) = (-128 - rounding.zeroPoint, 127 - rounding.zeroPoint)
  }

  /// Turns the output's gradient into the input's, and returns those of the bounds.
  ///
  /// - Parameters:
  ///   - values: Before rounding.
  ///   - gradient: With respect to the output; overwritten.
  func backward(
    _ values: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>, count: Int
  ) -> (low: Double, high: Double) {
    var (below, above, inside) = (0.0, 0.0, 0.0)
    var place = 0
    // Sums of floats stay short, so that they stay exact enough.
    while place < count {
      let end = min(count, place + 4096)
      let part = backward(values, gradient, from: &place, to: end)
      below += part.below
      above += part.above
      inside += part.inside
    }
    return (below - inside / 255, above + inside / 255)
  }

  private typealias Sums = (below: Double, above: Double, inside: Double)

  private func backward(
    _ values: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>, from place: inout Int,
    to end: Int
  ) -> Sums {
    typealias Vector = SIMD16<Float>
    // Adding and taking away 1.5 · 2²³ rounds to a whole number.
    let magic = Vector(repeating: 12_582_912)
    let (low, high) = (Vector(repeating: low), Vector(repeating: high))
    let scale = Vector(repeating: rounding.scale)
    var (below, above, inside) = (Vector.zero, Vector.zero, Vector.zero)
    let raw = UnsafeRawPointer(values)
    let rawGradient = UnsafeMutableRawPointer(gradient)
    while place + 16 <= end {
      let exact = raw.loadUnaligned(fromByteOffset: 4 * place, as: Vector.self) / scale
      let own = rawGradient.loadUnaligned(fromByteOffset: 4 * place, as: Vector.self)
      let limited = pointwiseMin(pointwiseMax(exact, low - 2), high + 2)
      let whole = (limited + magic) - magic
      let (isBelow, isAbove) = (whole .< low, whole .> high)
      below += own.replacing(with: 0, where: .!isBelow)
      above += own.replacing(with: 0, where: .!isAbove)
      let passed = own.replacing(with: 0, where: isBelow .| isAbove)
      inside += passed * (whole - limited)
      rawGradient.storeBytes(of: passed, toByteOffset: 4 * place, as: Vector.self)
      place += 16
    }
    var sums = (
      below: Double(below.sum()), above: Double(above.sum()), inside: Double(inside.sum())
    )
    while place < end {
      let (exact, own) = (values[place] / rounding.scale, gradient[place])
      let whole = exact.rounded(.toNearestOrEven)
      if whole < self.low {
        sums.below += Double(own)
        gradient[place] = 0
      } else if whole > self.high {
        sums.above += Double(own)
        gradient[place] = 0
      } else {
        sums.inside += Double(own * (whole - exact))
      }
      place += 1
    }
    return sums
  }
}
