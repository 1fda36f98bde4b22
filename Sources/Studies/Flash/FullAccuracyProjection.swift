import Foundation
import HardwareProfiles
import Statistics

/// What a flash accuracy says of the accuracy after the full training.
///
/// A short training undervalues what learns slowly: deep students and costly ones. In error rates e,
///
///     log e_full = a + b · log e_flash + c · (log MACs − 13) + d · (log depth − 2.4)
///
/// Depth is the number of layers with weights on the longest path; where an old journal does not say it, it
/// counts as 11. The coefficients that a study begins with are least squares over 24 random students of
/// `mobile-cnn` on Fashion-MNIST (the study of `Results/benchmarks/flash/fashion-mnist-mobile-cnn` with seed
/// 1001 and the same teacher), other students than those that `make benchmark-flash` ranks. They fade with log(1 / fraction), so that a training of full length says
/// what it is. Full results of the study itself correct them, as far as there are any. Equal errors give
/// the order of the flash accuracies where MACs and depth are equal too.
struct FullAccuracyProjection: Hashable, Sendable {
  private var regression: BayesianRegression
  /// How far the training is from its full length: 0 at that, 1 at 5 %.
  private let extent: Double

  /// a, b, c and d at a fraction of 5 %, and how far those of another study may lie from them: a few full
  /// results tell the level, which does not change the ranking, and hardly a slope.
  private static let usual = [-0.95, 0.8, -0.07, -0.075]
  private static let doubts = [0.3, 0.05, 0.01, 0.015]
  private static let usualFraction = 0.05
  /// The deviation of log e_full from the function, students with the same inputs differing.
  private static let scatter = 0.05

  /// Creates the projection of flash trainings that are a fraction, 0…1, of the full one.
  init(fraction: Double) {
    extent = log(1 / fraction) / log(1 / FullAccuracyProjection.usualFraction)
    let (usual, doubts) = (FullAccuracyProjection.usual, FullAccuracyProjection.doubts)
    regression = BayesianRegression(
      means: [
        extent * usual[0], 1 - extent * (1 - usual[1]), extent * usual[2], extent * usual[3],
      ],
      deviations: doubts.map { [extent] in extent * $0 })
  }

  /// Learns from a student whose flash and full accuracies are known.
  mutating func learn(flash: Double, full: Double, costs: Costs) {
    let scatter = FullAccuracyProjection.scatter
    regression.observe(
      FullAccuracyProjection.logError(full), at: inputs(flash, costs), variance: scatter * scatter)
  }

  /// Returns the full accuracy to expect. Its standard error is that of the flash accuracy, carried over, and
  /// the scatter of students around the projection: what one training of full length would show is not known
  /// better than that, however often the short one is repeated.
  func projected(_ flash: FlashEstimate, costs: Costs) -> FlashEstimate {
    let inputs = inputs(flash.accuracy, costs)
    let error = exp(min(0, regression.mean(at: inputs)))
    let slope = regression.means[1] * error / exp(inputs[1])
    let carried = slope * flash.standardError
    let scattered = error * extent * FullAccuracyProjection.scatter
    return FlashEstimate(
      accuracy: 1 - error,
      standardError: (carried * carried + scattered * scattered).squareRoot())
  }

  private func inputs(_ flash: Double, _ costs: Costs) -> [Double] {
    [
      1, FullAccuracyProjection.logError(flash), log(Double(max(1, costs.macs))) - 13,
      costs.depth.map { log(Double(max(1, $0))) - 2.4 } ?? 0,
    ]
  }

  /// Of no error at all too.
  private static func logError(_ accuracy: Double) -> Double { log(max(1e-4, 1 - accuracy)) }
}
