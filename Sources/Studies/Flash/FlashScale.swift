import Distillation

/// Brings flash accuracies of the study's own fraction and of the one that its audit raised it to onto
/// one scale, that of the raised fraction.
///
/// The audited students have both. A line through these says of every other student what it would have
/// reached. Where nothing was raised, accuracies stay as they are.
struct FlashScale {
  private let noise: FlashNoise
  private let comparison: FlashComparison?
  private let rescored: [Int: Evaluation]

  /// Takes the pairs from a study's journal.
  init(_ state: StudyState, noise: FlashNoise) {
    self.noise = noise
    guard let fraction = state.raisedFraction else {
      (comparison, rescored) = (nil, [:])
      return
    }
    comparison = FlashComparison(state, fraction: fraction)
    rescored = Dictionary(
      state.rescored.compactMap { result in result.validation.map { (result.trial, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// The scale of a study that has raised nothing.
  init(noise: FlashNoise) {
    (self.noise, comparison, rescored) = (noise, nil, [:])
  }

  /// Returns a trial's flash accuracy; nil if it gave none.
  func measured(_ trial: StudyState.Trial) -> FlashEstimate? {
    guard trial.flashAccuracy != nil, let own = trial.result?.validation else { return nil }
    if let again = rescored[trial.number] { return noise.estimate([again]) }
    return measured(own, fraction: trial.result?.fraction)
  }

  /// Returns the accuracy of a training at a fraction; nil stands for the study's own.
  func measured(_ evaluation: Evaluation, fraction: Double?) -> FlashEstimate {
    let own = noise.estimate([evaluation])
    guard fraction == nil, let comparison else { return own }
    let prediction = comparison.prediction(
      at: FlashEstimate(accuracy: own.accuracy, standardError: 0))
    return FlashEstimate(
      accuracy: prediction.accuracy,
      standardError: max(prediction.standardError, noise.standardError(prediction.accuracy)))
  }

  /// Returns an accuracy that is itself a prediction, for the end of a training at a fraction. What a
  /// rung says of the end of one training holds nothing of what another seed would have given.
  func predicted(_ prediction: FlashEstimate, fraction: Double?) -> FlashEstimate {
    let seed = noise.standardError(prediction.accuracy)
    let error = prediction.standardError
    let known = FlashEstimate(
      accuracy: prediction.accuracy, standardError: (error * error + seed * seed).squareRoot())
    guard fraction == nil, let comparison else { return known }
    return comparison.prediction(at: known)
  }

  /// The validation accuracy that the audited students were chosen and judged by, and the one at the
  /// raised fraction.
  static func pairs(
    _ state: StudyState, fraction: Double
  ) -> [(own: Double, raised: Double)] {
    state.rescored.filter { $0.fraction == fraction }.sorted { $0.trial < $1.trial }.compactMap {
      guard let own = state.trials[$0.trial].flashAccuracy, let raised = $0.validation else {
        return nil
      }
      return (own, raised.accuracy)
    }
  }
}

/// How the accuracy at a raised flash fraction follows from that at the study's own: by a line where
/// there are pairs enough for `AccuracyLine`, by the mean difference where there are fewer.
struct FlashComparison: Hashable {
  private enum Rule: Hashable {
    case line(AccuracyLine)
    /// The mean of the differences and their standard deviation.
    case shift(Double, deviation: Double)
  }

  private let rule: Rule

  /// Compares the fractions; nil for fewer than two pairs.
  init?(_ pairs: [(own: Double, raised: Double)]) {
    if let line = AccuracyLine(pairs.map { (shorter: $0.own, longer: $0.raised) }) {
      rule = .line(line)
      return
    }
    guard pairs.count > 1 else { return nil }
    let differences = pairs.map { $0.raised - $0.own }
    let mean = differences.reduce(0, +) / Double(pairs.count)
    let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    rule = .shift(mean, deviation: (squares / Double(pairs.count - 1)).squareRoot())
  }

  init?(_ state: StudyState, fraction: Double) {
    self.init(FlashScale.pairs(state, fraction: fraction))
  }

  /// Returns the accuracy to expect at the raised fraction, 0…1.
  ///
  /// The scatter of the pairs holds the noise of a measured accuracy, whose `standardError` is 0
  /// therefore; that of a prediction comes on top.
  func prediction(at own: FlashEstimate) -> FlashEstimate {
    let accuracy: Double
    let (error, slope): (Double, Double)
    switch rule {
    case .line(let line):
      (accuracy, error) = line.prediction(at: own.accuracy)
      slope = line.slope
    case .shift(let mean, let deviation):
      accuracy = min(1, max(0, own.accuracy + mean))
      (error, slope) = (deviation, 1)
    }
    let further = slope * own.standardError
    return FlashEstimate(
      accuracy: accuracy, standardError: (error * error + further * further).squareRoot())
  }
}
