import Foundation

/// How sure a model is of each image's label, as attacks on membership read it:
///
///     φ = log(p / (1 − p)) = z(label) − log Σ exp z(other classes)
///
/// with p the probability of the label. The loss −log p = log(1 + exp(−φ)) falls as φ grows, so a threshold on one is
/// a threshold on the other; φ is close to normal, which the loss is not. Source: Carlini et al., "Membership
/// inference attacks from first principles", arXiv:2112.03570, section IV.
public enum LabelConfidence {
  /// Returns φ of each image; not a number where the label is not known.
  ///
  /// - Parameters:
  ///   - logits: `[labels.count, classes]`, finite.
  ///   - labels: −1 where it is not known.
  ///   - classes: At least 2.
  public static func values(logits: [Float], labels: [Int], classes: Int) -> [Float] {
    precondition(
      logits.count == labels.count * classes && classes > 1,
      "\(logits.count) logits of \(labels.count) images and \(classes) classes")
    return labels.indices.map { image in
      let label = labels[image]
      guard label >= 0 else { return .nan }
      let row = logits[image * classes..<(image + 1) * classes].map(Double.init)
      let others = row.indices.filter { $0 != label }
      let largest = others.map { row[$0] }.max() ?? 0
      let sum = others.reduce(0) { $0 + exp(row[$1] - largest) }
      return Float(row[label] - largest - log(sum))
    }
  }

  /// Returns −log p of a confidence, in nats.
  public static func loss(_ confidence: Double) -> Double {
    confidence > 0
      ? log1p(exp(-confidence)) : -confidence + log1p(exp(confidence))
  }
}
