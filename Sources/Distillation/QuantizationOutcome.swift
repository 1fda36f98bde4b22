/// What became of a student on its way from fp32 to int8, all on the validation split.
public struct QuantizationOutcome: Hashable, Sendable, Codable {
  /// As it was trained.
  public var fp32: Evaluation
  /// Quantised as it was trained.
  public var postTraining: Evaluation
  /// After the training that knows of int8; nil where there was none, and where it diverged.
  public var aware: Evaluation?
  /// Whether the student is what that training gave: where it is no better, it is the other.
  public var isAware: Bool

  public init(fp32: Evaluation, postTraining: Evaluation, aware: Evaluation?) {
    (self.fp32, self.postTraining, self.aware) = (fp32, postTraining, aware)
    isAware = aware.map { $0.correct >= postTraining.correct } ?? false
  }

  enum CodingKeys: String, CodingKey {
    case fp32, aware
    case postTraining = "post_training"
    case isAware = "is_aware"
  }
}
