import Comparisons
import Distillation
import Studies

/// What the teacher gave to all students that were trained without it as well, in test accuracy.
///
/// Trainings of one student with the same seed are compared, with the teacher and without. All of them together are
/// two sets of answers to the same images: an image that helps one student mostly helps the others, so the images
/// count once, however many students there are.
struct DistillationGain: Hashable, Sendable {
  /// Students.
  let count: Int
  let difference: AccuracyDifference
  /// What can be said of it: chance of images and of trainings taken into account, the latter assumed where no student
  /// was trained twice.
  let verdict: ChangeVerdict

  var mean: Double { difference.value }
  /// The least difference that the noise of trainings does not explain.
  let threshold: Double
  /// What may be chance: the half-width of the mean's 95 % interval, or the threshold where that is more.
  var reach: Double {
    max(threshold, (difference.interval.upperBound - difference.interval.lowerBound) / 2)
  }
  /// Whether it was seen image by image.
  var isPaired: Bool { difference.method.isPaired }
  /// Whether the mean is above what chance makes.
  var isReal: Bool { verdict == .better }
  /// Whether it is below what chance makes.
  var isHarm: Bool { verdict == .worse }

  /// Averages over the trainings; nil if none has a baseline.
  init?(_ students: [StudyResults.Student]) {
    let pairs = students.map { student in
      student.runs.filter { $0.test != nil }.compactMap { run in
        student.baselineRuns.first { $0.seed == run.seed && $0.test != nil }.map { (run, $0) }
      }
    }.filter { !$0.isEmpty }
    let (taught, alone) = (pairs.map { $0.map(\.0) }, pairs.map { $0.map(\.1) })
    guard let first = taught.flatMap(\.self).measuredTest,
      let second = alone.flatMap(\.self).measuredTest
    else { return nil }
    count = pairs.count
    // Any gain is one, however small.
    let rule = ChangeRule(floor: 0)
    let change = rule.change(
      from: (second, TrainingNoise(alone.compactMap(\.measuredTest))),
      to: (first, TrainingNoise(taught.compactMap(\.measuredTest))))
    (difference, threshold) = (change.difference, change.threshold)
    verdict = rule.verdict(change)
  }
}
