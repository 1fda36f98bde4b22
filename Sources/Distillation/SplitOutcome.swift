import Datasets

/// What a model makes of a split beyond its accuracy: which images it classifies rightly, and how the
/// others are mistaken. A few kilobytes.
public struct SplitOutcome: Hashable, Sendable, Codable {
  /// The images that are classified rightly.
  public var correctImages: ImageBits
  public var metrics: ClassificationMetrics

  public init(correctImages: ImageBits, metrics: ClassificationMetrics) {
    (self.correctImages, self.metrics) = (correctImages, metrics)
  }

  enum CodingKeys: String, CodingKey {
    case metrics
    case correctImages = "correct_images"
  }
}

extension SplitOutcome {
  /// Compares logits with the labels of a split, and with the teacher's logits where they are known.
  ///
  /// - Parameters:
  ///   - logits: `[count, classes]`, finite, in the split's order.
  ///   - teacher: As `logits`; nil for the teacher itself.
  public init(
    logits: [Float], split: DatasetSplit, dataset: PreparedDataset, teacher: [Float]?
  ) {
    let labels = (0..<dataset.count(split)).map { dataset.label($0, of: split) }
    let classes = dataset.classes
    metrics = ClassificationMetrics(
      logits: logits, labels: labels, classes: classes, teacher: teacher)
    let predicted = ClassPredictions(logits: logits, classes: classes).predicted
    correctImages = ImageBits(zip(labels, predicted).map { $0 == $1 })
  }
}
