/// What counts as a change of an accuracy.
///
/// A difference is real where it is significant at the confidence and at least as large as what would be noticed:
///
///     |Δ| ≥ max(floor, 3 · noise)
///
/// with the noise the standard deviation of a student's accuracy from one set of trainings to the next, as the studies' own
/// repetitions show it; the larger of the two studies'. Where no student was trained twice it is not known, and
/// `assumedRunDeviation` stands for it.
public struct ChangeRule: Hashable, Sendable {
  public static let usualFloor = 0.003

  /// Of the two-sided test and its interval.
  public var confidence: Double
  /// A difference of accuracies, 0…1, below which nobody would act.
  public var floor: Double

  public init(confidence: Double = 0.95, floor: Double = ChangeRule.usualFloor) {
    (self.confidence, self.floor) = (confidence, floor)
  }

  /// Returns how much the accuracies of one student's trainings are taken to differ where that was not measured.
  ///
  ///     σ = 0.63 · √(q·(1 − q) / n),  q = (p·n + 1) / (n + 2)
  ///
  /// Trainings of one network on CIFAR-10 differ by 0.15 points on its 10,000 test images, at about 94 %, which is
  /// that share of the deviation of as many independent images (Jordan, "Calibrated chaos", 2023, arXiv:2304.01910,
  /// who also shows that nearly all of it is the chance of single images, which McNemar's test sees). Short trainings
  /// differ more. q is Laplace's estimate of the share: a student that is right on all of a few images is not taken to be so
  /// after every training.
  ///
  /// - Parameters:
  ///   - accuracy: p, 0…1.
  ///   - images: n, at least 1.
  public static func assumedRunDeviation(accuracy: Double, images: Int) -> Double {
    let count = Double(images)
    let share = (accuracy * count + 1) / (count + 2)
    return 0.63 * (share * (1 - share) / count).squareRoot()
  }

  /// Returns the least difference that counts between two students.
  public func threshold(
    _ first: (accuracy: MeasuredAccuracy, noise: TrainingNoise?),
    _ second: (accuracy: MeasuredAccuracy, noise: TrainingNoise?)
  ) -> Double {
    let deviations = [first, second].map { side in
      (side.noise?.runVariance.squareRoot()
        ?? ChangeRule.assumedRunDeviation(
          accuracy: side.accuracy.mean, images: side.accuracy.count))
        / Double(side.accuracy.runs).squareRoot()
    }
    return max(floor, 3 * max(deviations[0], deviations[1]))
  }

  /// Returns by how much a student of a later study is more accurate than one of an earlier study, and the least
  /// difference that counts between them.
  public func change(
    from before: (accuracy: MeasuredAccuracy, noise: TrainingNoise?),
    to after: (accuracy: MeasuredAccuracy, noise: TrainingNoise?)
  ) -> (difference: AccuracyDifference, threshold: Double) {
    let difference = AccuracyDifference(
      after.accuracy, before.accuracy, confidence: confidence, noise: (after.noise, before.noise))
    return (difference, threshold(before, after))
  }

  /// Judges a difference of which no others are tested as well.
  public func verdict(
    _ change: (difference: AccuracyDifference, threshold: Double)
  ) -> ChangeVerdict {
    verdict(
      change.difference, pValue: change.difference.pValue, threshold: change.threshold)
  }

  /// Judges a difference.
  ///
  /// - Parameters:
  ///   - pValue: Corrected, where several are tested.
  ///   - threshold: The least difference that counts.
  public func verdict(
    _ difference: AccuracyDifference, pValue: Double, threshold: Double
  ) -> ChangeVerdict {
    guard pValue < 1 - confidence, abs(difference.value) >= threshold else { return .tied }
    return difference.value > 0 ? .better : .worse
  }
}

/// What can be said of a difference.
public enum ChangeVerdict: String, Hashable, Sendable, CaseIterable {
  case better
  case worse
  /// Cannot be told apart; "~" in tables.
  case tied
}
