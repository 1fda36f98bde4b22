import Comparisons
import FrontFiles
import HardwareProfiles
import ParetoFronts

/// The fronts of several studies over one another: accuracy against the first cost that they have in common.
struct ComparisonChart {
  /// A fully trained student.
  struct Mark {
    let cost: Double
    /// In per cent.
    let accuracy: Double
    let interval: ClosedRange<Double>
    let isOnFront: Bool
    let tip: String
  }

  /// The students of one study, by their cost.
  struct Series {
    let name: String
    let marks: [Mark]
  }

  let series: [Series]
  let costTitle: String
  let split: FrontSplit

  init(_ comparison: StudyComparison) {
    let pair = comparison.pairs.first
    let metric = pair?.hypervolume.metrics.first ?? ""
    let split = pair?.split ?? .test
    self.split = split
    let known = try? DeviceMetric(name: metric)
    let unit = known?.unitSize ?? 1
    costTitle = known.map { "\($0.title) (\($0.unit))" } ?? metric
    let isPredicted = comparison.pairs.contains(where: \.hasMixedLatencies)
    series = ([comparison.baseline] + comparison.pairs.map(\.after)).map { file in
      var file = file
      if isPredicted { file.hasMeasuredFront = false }
      return Series(name: file.subject, marks: Self.marks(file, metric, unit: unit, split))
    }
  }

  private static func marks(
    _ file: FrontFile, _ metric: String, unit: Double, _ split: FrontSplit
  ) -> [Mark] {
    let points = file.eligible.compactMap { student -> (cost: Double, student: FrontStudent)? in
      guard let cost = file.value(of: metric, student)?.value,
        student.accuracy(on: split) != nil
      else { return nil }
      return (cost / unit, student)
    }.sorted { $0.cost < $1.cost }
    // By what the study chooses by.
    let front = Set(nonDominatedIndices(of: points.map { [$0.student.validation.mean, -$0.cost] }))
    return points.enumerated().compactMap { index, point in
      point.student.accuracy(on: split).map { accuracy in
        let interval = accuracy.interval(confidence: 0.95)
        return Mark(
          cost: point.cost, accuracy: 100 * accuracy.mean,
          interval: 100 * interval.lowerBound...100 * interval.upperBound,
          isOnFront: front.contains(index),
          tip:
            "\(file.subject), \(point.student.trial.map { "trial \($0)" } ?? point.student.key): "
            + "\(split) accuracy \(accuracy.mean.percentage) (95 % interval \(interval.percentage)), "
            + "\(point.cost.brief)")
      }
    }
  }

  /// Short enough for the width of the drawing.
  var title: String {
    "\(split.rawValue.capitalized) accuracy with 95 % intervals against \(costTitle)"
  }

  /// The chart in words.
  var description: String {
    title + ". "
      + series.map { series in
        "\(series.name): \(counted(series.marks.count, "student")), on its front "
          + series.marks.filter(\.isOnFront).map {
            "\($0.accuracy.fixed(2)) % at \($0.cost.brief)"
          }.joined(separator: ", ") + "."
      }.joined(separator: " ")
  }
}
