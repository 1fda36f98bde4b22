/// Where flash trainings that were stopped at a rung would have ended.
struct RungPredictions {
  /// A point on the way of trainings of one length.
  struct Rung: Hashable {
    var step: Int
    /// The flash fraction, where it is not the study's own.
    var fraction: Double?
  }

  /// The accuracies at a rung and at the end of the trainings that came to their end.
  typealias Pairs = [Rung: [(shorter: Double, longer: Double)]]

  private let lines: [Rung: AccuracyLine]

  init(_ pairs: Pairs) { lines = pairs.compactMapValues { AccuracyLine($0) } }

  /// Adds what a trial tells, if it came to its end.
  static func add(_ trial: StudyState.Trial, to pairs: inout Pairs) {
    guard let final = trial.flashAccuracy else { return }
    for rung in trial.result?.rungs ?? [] {
      pairs[Rung(step: rung.step, fraction: trial.result?.fraction), default: []]
        .append((rung.validation.accuracy, final))
    }
  }

  /// Returns where a trial that was stopped would have ended; nil if it was not, or nothing is known of its
  /// last rung.
  func end(of trial: StudyState.Trial) -> FlashEstimate? {
    guard let result = trial.result, result.outcome == .stopped, let last = result.rungs?.last,
      let line = lines[Rung(step: last.step, fraction: result.fraction)]
    else { return nil }
    let (accuracy, error) = line.prediction(at: last.validation.accuracy)
    return FlashEstimate(accuracy: accuracy, standardError: error)
  }
}
