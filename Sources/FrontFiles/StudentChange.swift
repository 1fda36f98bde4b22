import Comparisons

/// A fully trained student in two studies.
public struct StudentChange: Sendable {
  /// Nil where the study has not trained it.
  public let before: FrontStudent?
  public let after: FrontStudent?
  /// Nil unless both studies have trained it.
  public let difference: AccuracyDifference?
  public let threshold: Double
  /// How sure its place on the front of each study is.
  public let standing: (before: FrontStanding?, after: FrontStanding?)
  /// Corrected for the number of students.
  public private(set) var pValue: Double?
  public private(set) var verdict: ChangeVerdict?

  public var key: String { (before ?? after)?.key ?? "" }

  init(
    before: FrontStudent?, after: FrontStudent?, difference: AccuracyDifference?,
    threshold: Double, standing: (before: FrontStanding?, after: FrontStanding?)
  ) {
    (self.before, self.after) = (before, after)
    (self.difference, self.threshold, self.standing) = (difference, threshold, standing)
  }

  mutating func judge(_ rule: ChangeRule, _ corrected: inout ArraySlice<Double>) {
    guard let difference else { return }
    pValue = corrected.removeFirst()
    verdict = rule.verdict(difference, pValue: pValue ?? 1, threshold: threshold)
  }
}
