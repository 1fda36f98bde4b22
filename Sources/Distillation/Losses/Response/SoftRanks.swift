// Ranks that have a gradient.
//
//     x̂ = (x − mean) / deviation,   Rᵢ = 1 + Σ over j ≠ i of σ((x̂ᵢ − x̂ⱼ)/τ),   σ(d) = ½·(1 + d/√(1 + d²))
//
// As τ falls to 0 these become the ranks 1…n, equal values sharing the mean of theirs; as it grows they become x̂ itself,
// up to scale. Source of ranks as sums of sigmoids: Qin, Liu and Li, "A general approximation framework for direct
// optimization of information retrieval measures", doi:10.1007/s10791-009-9124-x, with the logistic function. This σ
// has much the same values, needs no exponential, and its slope falls with d⁻³ only, so that two values far apart in the
// wrong order still feel it.
//
// Refused: projection on the permutahedron (Blondel et al., arXiv:2002.08871). It takes n·log n in the place of n², but a
// slice has few images and a task few classes; and the gradient of its ranks is 0 for a value that is farther from its
// neighbours than the softness, also where it is on the wrong side of them: those are the ones to be taught.

/// Writes the soft ranks of standardised values.
///
/// - Parameters:
///   - x: x̂, `[count]`
///   - softness: τ
///   - ranks: `[count]`; overwritten.
func softRanks(
  _ x: UnsafePointer<Double>, softness: Double, into ranks: UnsafeMutablePointer<Double>, count: Int
) {
  // The sum over all others and itself, which counts ½.
  for i in 0..<count { ranks[i] = 0.5 }
  for j in 0..<count {
    let other = x[j]
    for i in 0..<count {
      let d = (x[i] - other) / softness
      ranks[i] += 0.5 * (1 + d / (1 + d * d).squareRoot())
    }
  }
}

/// Turns the gradient by soft ranks into that by the standardised values.
///
///     ∂L/∂x̂ᵢ = Σⱼ (gᵢ − gⱼ)·σ′((x̂ᵢ − x̂ⱼ)/τ)/τ,   σ′(d) = ½·(1 + d²)^(−3/2)
///
/// - Parameters:
///   - x: x̂, `[count]`
///   - softness: τ
///   - rankGradient: g, `[count]`
///   - gradient: `[count]`; overwritten.
func pullBackSoftRanks(
  _ x: UnsafePointer<Double>, softness: Double, rankGradient: UnsafePointer<Double>,
  into gradient: UnsafeMutablePointer<Double>, count: Int
) {
  for i in 0..<count { gradient[i] = 0 }
  for j in 0..<count {
    let (other, otherGradient) = (x[j], rankGradient[j])
    for i in 0..<count {
      let d = (x[i] - other) / softness
      let square = 1 + d * d
      gradient[i] +=
        0.5 * (rankGradient[i] - otherGradient) / (square * square.squareRoot() * softness)
    }
  }
}
