import Distillation

/// Which training of which student, wherever it is done.
public struct TrainingName: Hashable, Sendable, Codable {
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    case flash
    case full
    /// No training: a fully trained student on the test split.
    case test
  }

  public var key: String
  public var kind: Kind
  /// Which repetition: another seed.
  public var repetition: Int
  /// Whether it is done without the teacher.
  public var isBaseline: Bool
  /// The share of the full training that a flash training is; nil for others.
  public var fraction: Double?

  enum CodingKeys: String, CodingKey {
    case key, repetition, fraction
    case kind = "training"
    case isBaseline = "baseline"
  }
}

extension JournalEvent {
  /// What a training came to that was done elsewhere.
  ///
  /// The study takes it as its own wherever it would do this training.
  public struct Told: Hashable, Sendable, Codable {
    public var training: TrainingName
    /// Nil for a training that diverged.
    public var validation: Evaluation?
    /// Nil where the test split was not looked at.
    public var test: Evaluation?
    /// The same flash training with other seeds.
    public var repeats: [Evaluation]?
    /// What it took; 0 if nobody said.
    public var seconds: Double
  }
}

extension TrainingName: CustomStringConvertible {
  /// Which training it is, for messages.
  public var description: String {
    switch kind {
    case .flash: "the flash training of \(key)"
    case .test: "the look of \(key) at the test split"
    case .full:
      "the full training of \(key), repetition \(repetition)"
        + (isBaseline ? ", without the teacher" : "")
    }
  }
}

extension JournalEvent.Told {
  /// What it came to, for messages and to compare it with what was told before: right answers. Times and losses
  /// do not count.
  var result: String {
    let parts =
      (validation.map { ["validation \($0.correct) of \($0.count)"] } ?? [])
      + (test.map { ["test \($0.correct) of \($0.count)"] } ?? [])
      + (repeats ?? []).map { "repeated \($0.correct)" }
    return parts.isEmpty ? "diverged" : parts.joined(separator: ", ")
  }
}
