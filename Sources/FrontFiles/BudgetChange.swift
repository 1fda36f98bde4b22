import Comparisons

/// What a budget gets from two studies.
public struct BudgetChange: Sendable {
  public let name: String
  public let bounds: [MetricBound]
  /// The probability with which predicted costs keep the bounds.
  public let confidence: Double
  public let before: FrontStudent?
  public let after: FrontStudent?
  /// Of the two on the split that is judged; nil unless both studies have a student for it.
  public let difference: AccuracyDifference?
  /// The least difference that counts as a change.
  public let threshold: Double
  /// How often each study would choose this student, had its validation split held other images.
  public let stability: (before: SelectionStability?, after: SelectionStability?)
  /// The places of the two students in `stability`.
  let places: (before: Int?, after: Int?)
  /// Corrected for the number of budgets; nil without a difference.
  public private(set) var pValue: Double?
  /// Better also where only the later study has a student, worse where only the earlier has; nil where none has.
  public private(set) var verdict: ChangeVerdict?

  /// The share of resamples in which the earlier study would choose its student.
  public var shareBefore: Double? {
    places.before.flatMap { place in stability.before?.shares[place] }
  }
  /// The share of resamples in which the later study would choose its student.
  public var shareAfter: Double? {
    places.after.flatMap { place in stability.after?.shares[place] }
  }

  mutating func judge(_ rule: ChangeRule, _ corrected: inout ArraySlice<Double>) {
    guard let difference else {
      verdict = before == nil ? (after == nil ? nil : .better) : .worse
      return
    }
    pValue = corrected.removeFirst()
    verdict = rule.verdict(difference, pValue: pValue ?? 1, threshold: threshold)
  }

  init(
    name: String, bounds: [MetricBound], confidence: Double,
    before: FrontStudent?, after: FrontStudent?, difference: AccuracyDifference?,
    threshold: Double, stability: (before: SelectionStability?, after: SelectionStability?),
    places: (before: Int?, after: Int?)
  ) {
    (self.name, self.bounds, self.confidence) = (name, bounds, confidence)
    (self.before, self.after, self.difference) = (before, after, difference)
    (self.threshold, self.stability, self.places) = (threshold, stability, places)
  }
}
