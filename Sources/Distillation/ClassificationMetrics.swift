/// How a model classifies, beyond how often it is right.
///
/// What follows from the confusion matrix alone is not stored twice.
public struct ClassificationMetrics: Hashable, Sendable, Codable {
  public var confusion: ConfusionCounts
  /// The area under the curve of one class against the rest, the mean over the classes that occur; nil if
  /// all labels are of one class.
  public var areaUnderCurve: Double?
  /// The expected calibration error over 15 bins, 0…1.
  public var calibrationError: Double
  /// Nil where the teacher's logits are not known.
  public var teacher: TeacherComparison?

  enum CodingKeys: String, CodingKey {
    case confusion, teacher
    case areaUnderCurve = "roc_auc"
    case calibrationError = "expected_calibration_error"
  }
}

extension ClassificationMetrics {
  /// Compares logits with labels, and with the teacher's logits where they are known.
  ///
  /// - Parameters:
  ///   - logits: `[labels.count, classes]`, finite.
  ///   - teacher: As `logits`; nil for the teacher itself.
  public init(logits: [Float], labels: [Int], classes: Int, teacher: [Float]?) {
    let predictions = ClassPredictions(logits: logits, classes: classes)
    confusion = ConfusionCounts(labels: labels, predicted: predictions.predicted)
    areaUnderCurve = predictions.areaUnderCurves(labels: labels)
    calibrationError = predictions.calibrationError(labels: labels)
    self.teacher = teacher.flatMap {
      TeacherComparison(
        predictions, teacher: ClassPredictions(logits: $0, classes: classes), labels: labels)
    }
  }
}
