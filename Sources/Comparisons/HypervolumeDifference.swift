import ParetoFronts
import RandomStreams
import Statistics

/// The hypervolumes of two fronts over one reference, with the interval of their difference.
///
/// The volume is the mean, over all budgets from nothing to the reference cost, of what the best student within the
/// budget reaches above the reference accuracy; with several costs over all combinations of budgets. It has the unit of an
/// accuracy. The interval is the percentile interval over resamples of images, the same for both fronts, and of
/// trainings where there are several (`AccuracyResampling`).
public struct HypervolumeDifference: Hashable, Sendable {
  public let before: Double
  public let after: Double
  public var value: Double { after - before }
  public let interval: ClosedRange<Double>
  /// Whether images were resampled jointly for both fronts.
  public let isPaired: Bool

  /// Compares two sets of students.
  ///
  /// - Parameters:
  ///   - accuracy: The reference accuracy, 0…1.
  ///   - costs: The reference costs, above 0.
  public init(
    before: [Candidate], after: [Candidate], accuracy: Double, costs: [Double],
    confidence: Double = 0.95, resamples: Int = 1000, using random: inout RandomStream
  ) {
    let students = before + after
    func volume(_ range: Range<Int>, _ accuracies: [Double]) -> Double {
      let points = range.map { index in
        [accuracies[index]] + zip(students[index].costs, costs).map { 1 - $0 / $1 }
      }
      let reference = [accuracy] + costs.map { _ in 0 }
      return hypervolume(of: points, reference: reference)
    }
    let (first, second) = (0..<before.count, before.count..<students.count)
    let means = students.map(\.accuracy.mean)
    (self.before, self.after) = (volume(first, means), volume(second, means))
    let resampling = AccuracyResampling(students.map(\.accuracy))
    let differences = (0..<resamples).map { _ in
      let accuracies = resampling.accuracies(using: &random)
      return volume(second, accuracies) - volume(first, accuracies)
    }.sorted()
    isPaired = resampling.isPaired
    interval =
      quantile(
        differences, probability: (1 - confidence) / 2)...quantile(
        differences, probability: (1 + confidence) / 2)
  }
}
