import Distillation
import Foundation

/// How much a flash accuracy depends on the seed, learnt from the students that were deliberately
/// trained twice.
///
/// Two trainings of a student are seen on the same images, so what these differ by holds what the finite
/// split adds to any comparison of two students. What the split adds to all alike changes no ranking and is
/// left out. Source of the estimate: the scaled inverse χ² distribution, Gelman et al., "Bayesian Data
/// Analysis", 2013, section 2.6.
package struct FlashNoise: Hashable {
  /// The standard deviation of the logarithm of the error rate over seeds.
  let logErrorDeviation: Double

  /// What is believed before any student was repeated, and how many repeats it is worth.
  private static let usualDeviation = 0.025
  private static let usualWeight = 4.0

  package init(_ pairs: [(Evaluation, Evaluation)]) {
    self.init(differences: pairs.map(FlashNoise.difference))
  }

  /// Learns from pairs of trainings that differ in nothing but the seed.
  ///
  /// - Parameter differences: By how much the logarithms of their errors differ.
  init(differences: [Double]) {
    // What the second seed does to all alike changes no ranking either.
    let count = Double(differences.count)
    let common = differences.reduce(0, +) / max(1, count)
    let squares = differences.reduce(0) { $0 + ($1 - common) * ($1 - common) } / 2
    let weight = FlashNoise.usualWeight
    let usual = weight * FlashNoise.usualDeviation * FlashNoise.usualDeviation
    logErrorDeviation = ((usual + squares) / (weight + max(0, count - 1))).squareRoot()
  }

  /// Returns the differences that a trial tells: one for each time that it was deliberately repeated.
  static func differences(of trial: StudyState.Trial) -> [Double] {
    guard let result = trial.result, let first = result.validation else { return [] }
    return (result.repeats ?? []).map { difference((first, $0)) }
  }

  private static func difference(_ pair: (Evaluation, Evaluation)) -> Double {
    logError(pair.0) - logError(pair.1)
  }

  /// Returns the standard error of the accuracy of one training.
  func standardError(_ accuracy: Double) -> Double { (1 - accuracy) * logErrorDeviation }

  /// Returns the mean over a student's trainings, and its standard error.
  package func estimate(_ evaluations: [Evaluation]) -> FlashEstimate {
    let logs = evaluations.map(FlashNoise.logError)
    let error = exp(logs.reduce(0, +) / Double(logs.count))
    return FlashEstimate(
      accuracy: 1 - error,
      standardError: error * logErrorDeviation / Double(logs.count).squareRoot())
  }

  /// Half a wrong image stands for none.
  private static func logError(_ evaluation: Evaluation) -> Double {
    log(max(0.5, Double(evaluation.count - evaluation.correct)) / Double(evaluation.count))
  }
}
