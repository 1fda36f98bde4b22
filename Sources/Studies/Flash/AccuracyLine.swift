import Statistics

/// A straight line through the accuracies of students after a longer training over those after a shorter one: from
/// a rung to the end of flash, from one flash fraction to another.
///
/// A falling line is replaced by a level one, since a lower accuracy is never a good sign.
struct AccuracyLine: Hashable, Sendable {
  /// The fewest students that a line is drawn through.
  static let fewestPairs = 4

  private let line: LineFit

  /// Fits the line; nil for fewer than `fewestPairs`.
  init?(_ pairs: [(shorter: Double, longer: Double)]) {
    guard pairs.count >= AccuracyLine.fewestPairs else { return nil }
    line = LineFit(of: pairs.map(\.longer), on: pairs.map(\.shorter), leastSlope: 0)
  }

  var slope: Double { line.slope }

  /// The standard deviation of the longer trainings' accuracies around the line.
  var residualDeviation: Double { line.residualDeviation }

  /// Returns the accuracy to expect after the longer training, 0…1, and the standard error of
  /// that prediction: at least the residual deviation, and more the further it lies from the pairs.
  func prediction(at shorter: Double) -> (accuracy: Double, standardError: Double) {
    let (longer, error) = line.prediction(at: shorter)
    return (min(1, max(0, longer)), error)
  }
}
