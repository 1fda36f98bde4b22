import Datasets
import NeuralNetworks
import TensorKernels

/// How often a model is right on a sample of images that something has happened to.
public struct RobustnessResult: Hashable, Sendable, Codable {
  /// What happened; nil for the sample as it is.
  public var corruption: Corruption.Kind?
  /// 1 (mild) to 5; 0 for the sample as it is.
  public var severity: Int
  /// Images of the sample.
  public var count: Int
  /// Images that are classified rightly.
  public var correct: Int

  public init(corruption: Corruption.Kind?, severity: Int, count: Int, correct: Int) {
    (self.corruption, self.severity) = (corruption, severity)
    (self.count, self.correct) = (count, correct)
  }

  /// The share of right answers, 0…1.
  public var accuracy: Double { Double(correct) / Double(count) }
}

extension ImageClassifier {
  /// Classifies a sample as it is, then with every corruption at every severity.
  ///
  /// - Parameter observe: Told the share that is done, 0…1, after each; false stops.
  /// - Returns: The sample as it is first, then in the order of `Corruption.all`; nil if stopped.
  public func robustness(
    on images: CorruptedImages, observe: (Double) -> Bool = { _ in true }
  ) -> [RobustnessResult]? {
    let session = session(capacity: evaluationBatch)
    let corruptions = [nil] + Corruption.all.map(Optional.some)
    var results: [RobustnessResult] = []
    for corruption in corruptions {
      results.append(
        RobustnessResult(
          corruption: corruption?.kind, severity: corruption?.severity ?? 0,
          count: images.labels.count,
          correct: correctCount(images, corruption: corruption, session: session)))
      guard observe(Double(results.count) / Double(corruptions.count)) else { return nil }
    }
    return results
  }

  private func correctCount(
    _ images: CorruptedImages, corruption: Corruption?, session: any ClassifierSession
  ) -> Int {
    let pixels = FloatArena(count: evaluationBatch * images.imageElements)
    let logits = FloatArena(count: evaluationBatch * classes)
    let count = images.labels.count
    var correct = 0
    for start in stride(from: 0, to: count, by: evaluationBatch) {
      let range = start..<min(count, start + evaluationBatch)
      images.fill(pixels.base, range: range, corruption: corruption)
      session.answer(pixels.base, count: range.count, into: logits.base)
      for (place, sample) in range.enumerated() {
        let logits = UnsafeBufferPointer(start: logits.base + place * classes, count: classes)
        let best = logits.indices.reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
        if best == images.labels[sample] { correct += 1 }
      }
    }
    return correct
  }
}
