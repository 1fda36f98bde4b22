import Foundation

// Ranks that have a gradient.
//
//     x̂ = (x − mean) / deviation,   Rᵢ = ½ + Σⱼ σ((x̂ᵢ − x̂ⱼ)/τ)
//
// σ is the logistic function. As τ falls to 0 these become the ranks 1…n, equal values sharing the mean of theirs; as
// it grows they become x̂ itself, up to scale. Source of ranks as sums of sigmoids: Qin, Liu and Li, "A general
// approximation framework for direct optimization of information retrieval measures", doi:10.1007/s10791-009-9124-x.
//
// Refused: projection on the permutahedron (Blondel et al., arXiv:2002.08871). It takes n log n in the place of n², but
// a slice has few images and a task few classes; its gradient is 0 for every value that is far from the others'
// order, which are those to be taught; and it has ties of blocks, where it jumps.

/// Writes the soft ranks of standardised values.
///
/// - Parameters:
///   - x: x̂, `[count]`
///   - ranks: `[count]`; overwritten.
func softRanks(
  _ x: UnsafePointer<Double>, softness: Double, into ranks: UnsafeMutablePointer<Double>, count: Int
) {
  for i in 0..<count { ranks[i] = 1 }
  for i in 0..<count {
    for j in 0..<i {
      let share = 1 / (1 + exp((x[j] - x[i]) / softness))
      ranks[i] += share
      ranks[j] += 1 - share
    }
  }
}

/// Turns the gradient by soft ranks into that by the standardised values.
///
///     ∂L/∂x̂ᵢ = Σⱼ (gᵢ − gⱼ)·σ′((x̂ᵢ − x̂ⱼ)/τ)/τ
///
/// - Parameters:
///   - x: x̂, `[count]`
///   - rankGradient: g, `[count]`
///   - gradient: `[count]`; overwritten.
func pullBackSoftRanks(
  _ x: UnsafePointer<Double>, softness: Double, rankGradient: UnsafePointer<Double>,
  into gradient: UnsafeMutablePointer<Double>, count: Int
) {
  for i in 0..<count { gradient[i] = 0 }
  for i in 0..<count {
    for j in 0..<i {
      let share = 1 / (1 + exp((x[j] - x[i]) / softness))
      let change = (rankGradient[i] - rankGradient[j]) * share * (1 - share) / softness
      gradient[i] += change
      gradient[j] -= change
    }
  }
}
