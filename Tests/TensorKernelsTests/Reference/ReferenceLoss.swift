import Foundation
import TensorKernels

/// softmax(values / temperature), by its definition.
func referenceSoftmax(_ values: [Double], temperature: Double) -> [Double] {
  let largest = values.reduce(-.infinity, max)
  let powers = values.map { exp(($0 - largest) / temperature) }
  let sum = powers.reduce(0, +)
  return powers.map { $0 / sum }
}

/// The temperature of an image whose teacher's logits are `teacher`.
func referenceTemperature(
  _ policy: TemperaturePolicy, progress: Double, teacher: [Double]
) -> Double {
  switch policy {
  case .constant(let value): return Double(value)
  case .annealed(let from, let to): return (1 - progress) * Double(from) + progress * Double(to)
  case .perSample(let base):
    let mean = teacher.reduce(0, +) / Double(teacher.count)
    let variance = teacher.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(teacher.count)
    return max(1, Double(base) * sqrt(variance))
  }
}

/// The loss of each image: (1 − w)·CE(smoothed label, z) + w·T²·KL(teacher ‖ student).
func referenceLosses(
  logits: [Double], labels: [Int32], teacher: [Double]?, weights: LossWeights, classes: Int,
  progress: Double = 0
) -> [Double] {
  let distillation = Double(weights.distillation)
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
    let t = Array(teacher[n * classes..<(n + 1) * classes])
    let temperature = referenceTemperature(weights.temperature, progress: progress, teacher: t)
    let student = referenceSoftmax(z, temperature: temperature)
    let target = referenceSoftmax(t, temperature: temperature)
    for c in 0..<classes {
      loss +=
        distillation * temperature * temperature * target[c]
        * (log(target[c]) - log(student[c]))
    }
    return loss
  }
}
