import Distillation

extension JournalEvent {
  /// What the audit says of flash; from here on students may be proposed again.
  public struct Audited: Hashable, Sendable, Codable {
    public enum Verdict: String, Hashable, Sendable, Codable {
      /// The correlation is at least what the study asks for.
      case ranks
      /// There is none: fewer than three students ended well, or all are equal on one side.
      case undecided
      /// It is smaller, and the flash fraction is larger from here on.
      case raised
      /// It is smaller, but the study forbids a larger fraction, or no trials are left for one.
      case kept
      /// It is smaller, but fewer than two students could be scored again, so that a larger fraction
      /// could not be compared with the study's own.
      case incomparable
    }

    /// The audited trials, ascending, those included whose full training failed.
    public var trials: [Int]
    /// Spearman's ρ of the accuracies that flash predicts and the full ones; nil if there is none.
    public var spearman: Double?
    /// Spearman's ρ of multiply–accumulates and full accuracies; nil if there is none.
    public var macsSpearman: Double?
    /// The flash fraction from here on.
    public var fraction: Double
    public var verdict: Verdict

    enum CodingKeys: String, CodingKey {
      case trials, spearman, fraction, verdict
      case macsSpearman = "macs_spearman"
    }
  }

  /// An audited student's flash accuracy at the raised fraction.
  public struct Rescored: Hashable, Sendable, Codable {
    public var trial: Int
    public var fraction: Double
    /// Nil if the training diverged or its worker died twice.
    public var validation: Evaluation?
    public var seconds: Double
    public var steps: Int
  }
}
