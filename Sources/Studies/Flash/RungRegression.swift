import Statistics

/// A straight line through the final accuracies of completed trainings over their accuracies at a rung,
/// to say where a stopped one would have ended.
///
/// A falling line is replaced by a level one, since a lower accuracy at a rung is never a good sign.
struct RungRegression: Hashable, Sendable {
  /// The fewest completed trainings that a line is drawn through.
  static let fewestPairs = 4

  private let line: LineFit

  /// Fits the line; nil for fewer than `fewestPairs`.
  init?(_ pairs: [(rung: Double, final: Double)]) {
    guard pairs.count >= RungRegression.fewestPairs else { return nil }
    line = LineFit(of: pairs.map(\.final), on: pairs.map(\.rung), leastSlope: 0)
  }

  var slope: Double { line.slope }

  /// The standard deviation of the final accuracies around the line.
  var residualDeviation: Double { line.residualDeviation }

  /// Returns the final accuracy to expect after an accuracy at the rung, 0…1, and the standard error of
  /// that prediction: at least the residual deviation, and more the further it lies from the pairs.
  func prediction(at rung: Double) -> (accuracy: Double, standardError: Double) {
    let (final, error) = line.prediction(at: rung)
    return (min(1, max(0, final)), error)
  }
}
