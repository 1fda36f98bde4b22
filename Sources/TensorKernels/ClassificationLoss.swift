import Foundation

// The loss of a student: cross-entropy with the labels and divergence from the teacher.
//
//     L = (1 − w)·CE(y, softmax(z)) + w·T²·KL(softmax(t/T) ‖ softmax(z/T)),   mean over the batch
//
// An image whose class is not known has the second term alone, with the same weight. Of an image into which another
// is mixed with the share s, onehot is (1 − s)·onehot(own) + s·onehot(other).
//
// Source: Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network", arXiv:1503.02531;
// label smoothing by Szegedy et al., arXiv:1512.00567: y = (1 − ε)·onehot + ε/classes;
// mixed labels by Zhang et al., arXiv:1710.09412.

/// The weights of a loss.
public struct LossWeights: Hashable, Sendable {
  /// w, the teacher's share; 0 trains on labels alone.
  public var distillation: Float
  /// T.
  public var temperature: TemperaturePolicy
  /// ε.
  public var labelSmoothing: Float

  public init(distillation: Float, temperature: TemperaturePolicy, labelSmoothing: Float) {
    (self.distillation, self.temperature) = (distillation, temperature)
    self.labelSmoothing = labelSmoothing
  }
}

/// Returns the summed loss and the number of right answers, and gives the logits' gradient.
///
/// - Parameters:
///   - logits: z, `[count, classes]`.
///   - labels: `[count]`; below 0 where the class is not known.
///   - otherLabels: The classes of what is mixed into the images, `[count]`; below 0 where they are not known, which
///     leaves the labels' term out. Nil where nothing is mixed in.
///   - shares: Its share of each image, `[count]`, each 0…1; where it is 0, the other label counts for nothing.
///   - teacher: t, `[count, classes]`, or nil where `weights.distillation` is 0.
///   - batch: The whole batch's size, which the mean is over.
///   - progress: The share of the training that is done, 0…1, for temperatures that change on the way.
///   - gradient: dL/dz, `[count, classes]`; overwritten. Nil to evaluate only.
/// - Returns: The loss summed over the `count` images (not divided), and how many were right; of a mixed image the
///   class with the larger share is.
public func classificationLoss(
  logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>,
  otherLabels: UnsafePointer<Int32>? = nil, shares: UnsafePointer<Float>? = nil,
  teacher: UnsafePointer<Float>?, weights: LossWeights, count: Int, classes: Int, batch: Int,
  progress: Double = 0,
  gradient: UnsafeMutablePointer<Float>?
) -> (loss: Double, correct: Int) {
  let labelWeight = Double(1 - weights.distillation)
  let soft = Double(weights.distillation)
  let smoothing = Double(weights.labelSmoothing)
  precondition(soft == 0 || teacher != nil, "a distillation loss needs the teacher's logits")
  precondition((otherLabels == nil) == (shares == nil), "mixed labels need shares, and they labels")
  var loss = 0.0
  var correct = 0
  for n in 0..<count {
    let z = logits + n * classes
    let label = Int(labels[n])
    let share = Double(shares?[n] ?? 0)
    let other = share > 0 ? Int(otherLabels?[n] ?? -1) : label
    let isKnown = label >= 0 && other >= 0
    let hard = isKnown ? labelWeight : 0
    let log1 = logSumExp(z, classes: classes, temperature: 1)
    var best = 0
    for c in 1..<classes where z[c] > z[best] { best = c }
    if isKnown && best == (share > 0.5 ? other : label) { correct += 1 }
    for c in 0..<classes {
      // With a share of 0 the bits are those of one label.
      let onehot = (c == label ? 1 - share : 0) + (c == other ? share : 0)
      let target = (1 - smoothing) * onehot + smoothing / Double(classes)
      let logP = Double(z[c]) - log1
      loss -= hard * target * logP
      gradient?[n * classes + c] = Float(hard * (exp(logP) - target) / Double(batch))
    }
    guard soft > 0, let t = teacher.map({ $0 + n * classes }) else { continue }
    let temperature = weights.temperature.value(progress: progress, teacher: t, classes: classes)
    let logZ = logSumExp(z, classes: classes, temperature: temperature)
    let logT = logSumExp(t, classes: classes, temperature: temperature)
    for c in 0..<classes {
      let logP = Double(z[c]) / temperature - logZ
      let logQ = Double(t[c]) / temperature - logT
      let q = exp(logQ)
      loss += soft * temperature * temperature * q * (logQ - logP)
      gradient?[n * classes + c] += Float(
        soft * temperature * (exp(logP) - q) / Double(batch))
    }
  }
  return (loss, correct)
}

/// log Σ exp(z / temperature), without overflow.
private func logSumExp(_ z: UnsafePointer<Float>, classes: Int, temperature: Double) -> Double {
  var largest = z[0]
  for c in 1..<classes where z[c] > largest { largest = z[c] }
  var sum = 0.0
  for c in 0..<classes { sum += exp((Double(z[c]) - Double(largest)) / temperature) }
  return Double(largest) / temperature + log(sum)
}
