import Foundation
import TensorKernels

/// softmax(values / temperature), by its definition.
func referenceSoftmax(_ values: [Double], temperature: Double) -> [Double] {
  let largest = values.reduce(-.infinity, max)
  let powers = values.map { exp(($0 - largest) / temperature) }
  let sum = powers.reduce(0, +)
  return powers.map { $0 / sum }
}

/// The loss of each image: (1 − w)·CE(smoothed label, z) + w·T²·KL(teacher ‖ student).
func referenceLosses(
  logits: [Double], labels: [Int32], teacher: [Double]?, weights: LossWeights, classes: Int
) -> [Double] {
  let distillation = Double(weights.distillation)
  let temperature = Double(weights.temperature)
  let smoothing = Double(weights.labelSmoothing)
  return labels.indices.map { n in
    let z = Array(logits[n * classes..<(n + 1) * classes])
    let p = referenceSoftmax(z, temperature: 1)
    var loss = 0.0
    for c in 0..<classes {
      let target = (1 - smoothing) * (c == Int(labels[n]) ? 1 : 0) + smoothing / Double(classes)
      // The class of an image below 0 is not known.
      if labels[n] >= 0 { loss -= (1 - distillation) * target * log(p[c]) }
    }
    guard let teacher else { return loss }
    let student = referenceSoftmax(z, temperature: temperature)
    let target = referenceSoftmax(
      Array(teacher[n * classes..<(n + 1) * classes]), temperature: temperature)
    for c in 0..<classes {
      loss +=
        distillation * temperature * temperature * target[c]
        * (log(target[c]) - log(student[c]))
    }
    return loss
  }
}
