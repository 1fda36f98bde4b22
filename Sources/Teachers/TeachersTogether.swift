import Distillation

/// Returns what classifiers say together of the same images: the logarithms of the mean of their probabilities.
///
/// - Parameter answers: The logits of each, `[count, classes]`.
package func meanAnswers(_ answers: [[Float]], classes: Int) -> [Float] {
  let mean = EnsembleMean(equal: answers.count, classes: classes)
  var logits = [Float](repeating: 0, count: answers[0].count)
  for start in stride(from: 0, to: logits.count, by: classes) {
    mean.write(answers.map { $0[start..<start + classes] }) { logits[start + $0] = $1 }
  }
  return logits
}

/// Returns a classifier that says what several say together, each with the same share.
package func together(_ classifiers: [any ImageClassifier]) -> any ImageClassifier {
  LiveEnsemble(
    members: classifiers,
    mean: EnsembleMean(equal: classifiers.count, classes: classifiers[0].classes))
}

extension EnsembleMean {
  fileprivate init(equal count: Int, classes: Int) {
    self.init([Double](repeating: 1 / Double(count), count: count), classes: classes)
  }
}
