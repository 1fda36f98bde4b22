/// One statistic of a batch next to the reference's, and whether it has changed.
public struct DriftFinding: Hashable, Sendable {
  /// As files have it: a measure's name, `predicted_classes`, `class_share`, `features`, `teacher_agreement` or
  /// `accuracy`.
  public var name: String
  /// What it is, in words.
  public var meaning: String
  /// How it was tested.
  public var test: String
  /// The reference's mean or share; nil where there is no single number.
  public var before: Double?
  /// The batch's.
  public var after: Double?
  /// What the size of the change is measured by: `D`, `PSI`, `difference` or `energy`.
  public var sizeName: String
  /// How large the change is.
  public var size: Double
  /// The population stability index, where there are bins.
  public var stabilityIndex: Double?
  /// Of this test alone.
  public var pValue: Double
  /// Corrected for all tests of the batch.
  public var corrected = 1.0
  public var verdict = DriftVerdict.unchanged
  /// Whether only a fall is bad.
  var onlyFalls = false
  /// The size that chance alone gives two samples of these sizes, on average.
  var chance = 0.0
  /// By which sizes it is judged.
  var kind: DriftRule.Size

  init(
    _ name: String, _ meaning: String, test: String, before: Double?, after: Double?,
    kind: DriftRule.Size, size: Double, pValue: Double
  ) {
    (self.name, self.meaning, self.test) = (name, meaning, test)
    (self.before, self.after) = (before, after)
    (self.kind, sizeName, self.size, self.pValue) = (kind, kind.name, size, pValue)
  }

  /// What the size is judged by.
  var sizeAboveChance: Double { size - chance }

  /// Whether the batch's number is the larger one.
  var hasRisen: Bool { (after ?? 0) > (before ?? 0) }
}
