import Datasets
import Foundation
import NeuralNetworks
import Statistics
import TensorKernels

/// How well a model classifies one split.
public struct Evaluation: Hashable, Sendable, Codable {
  /// Images classified.
  public let count: Int
  /// Images classified rightly.
  public let correct: Int
  /// The mean of −log p(label).
  public let negativeLogLikelihood: Double

  enum CodingKeys: String, CodingKey {
    case count
    case correct
    case negativeLogLikelihood = "negative_log_likelihood"
  }

  public init(count: Int, correct: Int, negativeLogLikelihood: Double) {
    (self.count, self.correct) = (count, correct)
    self.negativeLogLikelihood = negativeLogLikelihood
  }

  /// The share of right answers, 0…1.
  public var accuracy: Double { Double(correct) / Double(count) }

  /// The standard error of the accuracy from drawing `count` images: √(p(1 − p)/n).
  public var standardError: Double {
    (accuracy * (1 - accuracy) / Double(count)).squareRoot()
  }

  /// The 95 % confidence interval of the accuracy.
  ///
  /// Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA
  /// 22(158), 1927.
  public var interval: ClosedRange<Double> {
    let z = NormalDistribution.reach95
    let n = Double(count)
    let centre = (accuracy + z * z / (2 * n)) / (1 + z * z / n)
    let reach =
      z / (1 + z * z / n) * (accuracy * (1 - accuracy) / n + z * z / (4 * n * n)).squareRoot()
    // Rounding must not leave the accuracy itself outside.
    let low = correct == 0 ? 0 : max(0, centre - reach)
    return low...(correct == count ? 1 : min(1, centre + reach))
  }
}

extension ImageClassifier {
  /// Classifies a split.
  public func evaluate(
    on split: DatasetSplit, reader: BatchReader, threads: Int = 1
  ) -> Evaluation {
    Evaluation(
      logits: logits(of: split, reader: reader, threads: threads), split: split,
      dataset: reader.dataset)
  }
}

extension Evaluation {
  /// Compares logits, `[count, classes]`, with the labels of a split.
  public init(logits: [Float], split: DatasetSplit, dataset: PreparedDataset) {
    let count = dataset.count(split)
    let labels = (0..<count).map { Int32(dataset.label($0, of: split)) }
    let result = classificationLoss(
      logits: logits, labels: labels, teacher: nil,
      weights: LossWeights(distillation: 0, temperature: 1, labelSmoothing: 0), count: count,
      classes: dataset.classes, batch: count, gradient: nil)
    self.init(
      count: count, correct: result.correct, negativeLogLikelihood: result.loss / Double(count))
  }
}
