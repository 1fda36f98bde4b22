import Foundation
import Statistics

extension MeasuredAccuracy {
  /// Returns what the accuracy exceeds with at least the confidence, images and trainings being chance: Wilson's
  /// one-sided bound, farther off by what trainings add.
  ///
  /// - Parameter noise: How much trainings of the student's study differ, where that is known.
  public func lowerBound(confidence: Double, noise: TrainingNoise?) -> Double {
    bounds(confidence, noise).lowerBound
  }

  /// Returns what the accuracy stays below with at least the confidence.
  public func upperBound(confidence: Double, noise: TrainingNoise?) -> Double {
    bounds(confidence, noise).upperBound
  }

  /// Both one-sided bounds; half of the draws lie outside either at a confidence of 0.5, which is the mean itself.
  private func bounds(_ confidence: Double, _ noise: TrainingNoise?) -> ClosedRange<Double> {
    guard confidence > 0.5 else { return mean...mean }
    let images = interval(confidence: 2 * confidence - 1)
    var trainings = 0.0
    if let noise, noise.effectVariance > 0 {
      let student = StudentDistribution(freedom: Double(noise.freedom))
      trainings =
        student.reach(of: 2 * confidence - 1) * (noise.effectVariance / Double(runs)).squareRoot()
    }
    let below = hypot(mean - images.lowerBound, trainings)
    let above = hypot(images.upperBound - mean, trainings)
    return max(0, mean - below)...min(1, mean + above)
  }
}
