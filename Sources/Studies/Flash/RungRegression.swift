/// A straight line through the final accuracies of completed trainings over their accuracies at a rung,
/// to say where a stopped one would have ended.
///
/// Ordinary least squares; a falling line is replaced by a level one, since a lower accuracy at a rung
/// is never a good sign.
struct RungRegression: Hashable, Sendable {
  /// The fewest completed trainings that a line is drawn through.
  static let fewestPairs = 4

  private let count: Double
  private let meanRung: Double
  private let meanFinal: Double
  /// The sum of squared distances of the rung accuracies from their mean.
  private let spread: Double
  let slope: Double
  /// The standard deviation of the final accuracies around the line.
  let residualDeviation: Double

  /// Fits the line; nil for fewer than `fewestPairs`.
  init?(_ pairs: [(rung: Double, final: Double)]) {
    guard pairs.count >= RungRegression.fewestPairs else { return nil }
    let count = Double(pairs.count)
    let meanRung = pairs.reduce(0) { $0 + $1.rung } / count
    let meanFinal = pairs.reduce(0) { $0 + $1.final } / count
    let spread = pairs.reduce(0) { $0 + ($1.rung - meanRung) * ($1.rung - meanRung) }
    let product = pairs.reduce(0) { $0 + ($1.rung - meanRung) * ($1.final - meanFinal) }
    let slope = spread > 0 ? max(0, product / spread) : 0
    let squares = pairs.reduce(0) { sum, pair in
      let residual = pair.final - meanFinal - slope * (pair.rung - meanRung)
      return sum + residual * residual
    }
    (self.count, self.meanRung, self.meanFinal) = (count, meanRung, meanFinal)
    (self.spread, self.slope) = (spread, slope)
    residualDeviation = (squares / (count - 2)).squareRoot()
  }

  /// Returns the final accuracy to expect after an accuracy at the rung, 0…1, and the standard error of
  /// that prediction: at least the residual deviation, and more the further it lies from the pairs.
  func prediction(at rung: Double) -> (accuracy: Double, standardError: Double) {
    let distance = rung - meanRung
    let leverage = spread > 0 ? distance * distance / spread : 0
    return (
      min(1, max(0, meanFinal + slope * distance)),
      residualDeviation * (1 + 1 / count + leverage).squareRoot()
    )
  }
}
