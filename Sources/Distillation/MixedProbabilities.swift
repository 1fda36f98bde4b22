import Foundation

/// Turns logits z into those of a mixture of probabilities, (1 − s)·softmax(z) + s·softmax(z′), which add up to 1.
///
/// It is what mixup takes a mixed image's label to be, with a teacher's probabilities in the place of labels.
/// Computed from logarithms, so that no probability becomes 0.
///
/// - Parameters:
///   - other: z′, `[classes]`.
///   - share: s, 0…1.
///   - logits: z, `[classes]`; overwritten.
func mixProbabilities(
  of other: UnsafePointer<Float>, share: Double, into logits: UnsafeMutablePointer<Float>,
  classes: Int
) {
  let own = log(1 - share) - logSum(logits, classes: classes)
  let others = log(share) - logSum(other, classes: classes)
  for c in 0..<classes {
    let (a, b) = (Double(logits[c]) + own, Double(other[c]) + others)
    let larger = max(a, b)
    logits[c] = Float(larger + log1p(exp(min(a, b) - larger)))
  }
}

/// log Σ exp(z), without overflow.
private func logSum(_ logits: UnsafePointer<Float>, classes: Int) -> Double {
  var largest = logits[0]
  for c in 1..<classes where logits[c] > largest { largest = logits[c] }
  var sum = 0.0
  for c in 0..<classes { sum += exp(Double(logits[c]) - Double(largest)) }
  return Double(largest) + log(sum)
}
