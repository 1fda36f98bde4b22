import Distillation

extension JournalEvent {
  /// A student's first full training on corrupted images of the test split, after all choices.
  public struct RobustnessTested: Hashable, Sendable, Codable {
    public var trial: Int
    /// The images that the study asked for; the split may have fewer.
    public var images: Int
    /// The sample as it is first; nil if the task was lost.
    public var results: [RobustnessResult]?
    public var seconds: Double
  }
}
