import Distillation
import Studies

extension ReportInputs {
  /// What the students make of images that something has happened to; nil where that was not looked at.
  var robustnessSection: ReportSection? {
    let tested = results.students.compactMap { student in
      student.robustness.map { (student: student, results: $0) }
    }
    guard let first = tested.first, let clean = first.results.first else { return nil }
    let kinds = first.results.reduce(into: [String]()) { kinds, result in
      if let kind = result.corruption?.rawValue, !kinds.contains(kind) { kinds.append(kind) }
    }
    let rows = tested.map { entry in
      let summary = CorruptionSummary(entry.results)
      return [
        "trial \(entry.student.trial)", summary.clean.percent(1), summary.mean.percent(1),
      ] + kinds.map { summary.means[$0]?.percent(1) ?? "–" } + [summary.worst]
    }
    return ReportSection(
      anchor: "robustness", title: "On corrupted images",
      blocks: [
        .paragraph(
          "\(counted(clean.count, "image")) of the test split, drawn by the study’s seed, were changed in "
            + "\(kinds.count) ways at five severities each, the same for every student, after all choices "
            + "were made: no choice depends on it. Accuracies in per cent, averaged over the severities"
            + (definition.finalists.seeds > 1 ? ", of the first training of each student." : ".")
        ),
        .table(
          ReportTable(
            caption: "Accuracy on corrupted images (%)",
            columns: [.init("who"), .init("as they are", .number), .init("mean", .number)]
              + kinds.map { .init($0, .number) } + [.init("worst")], rows: rows)),
        .paragraph(robustnessSentence(tested.map { ($0.student, CorruptionSummary($0.results)) })),
      ])
  }

  private func robustnessSentence(
    _ tested: [(student: StudyResults.Student, summary: CorruptionSummary)]
  ) -> String {
    let steadiest = tested.max {
      ($0.summary.mean, -$0.student.trial) < ($1.summary.mean, -$1.student.trial)
    }
    guard let steadiest else { return "" }
    let lost = (steadiest.summary.clean - steadiest.summary.mean).percent(1)
    // One sample of images, and no test of a difference.
    return "Trial \(steadiest.student.trial) has the highest accuracy on corrupted images, with "
      + "\(steadiest.summary.mean.percent(1)) % on average, \(lost) points below its accuracy on the same "
      + "images as they are. With \(steadiest.summary.count) images a single accuracy is known to about "
      + "±\(steadiest.summary.reach.percent(1)) points (95 %)."
  }
}

/// A student's accuracies on corrupted images in a few numbers.
struct CorruptionSummary: Hashable, Sendable {
  let count: Int
  /// The accuracy on the sample as it is.
  let clean: Double
  /// The mean accuracy over all kinds and severities.
  let mean: Double
  /// The mean accuracy over the severities of each kind.
  let means: [String: Double]
  /// The kind and severity with the lowest accuracy, with it.
  let worst: String

  /// - Parameter results: The sample as it is first, then at least one corruption.
  init(_ results: [RobustnessResult]) {
    let corrupted = results.filter { $0.corruption != nil }
    func mean(_ results: [RobustnessResult]) -> Double {
      results.reduce(0) { $0 + $1.accuracy } / Double(results.count)
    }
    count = results.first?.count ?? 0
    clean = results.first?.accuracy ?? .nan
    self.mean = mean(corrupted)
    means = Dictionary(grouping: corrupted) { $0.corruption?.rawValue ?? "" }.mapValues(mean)
    worst =
      corrupted.min { $0.accuracy < $1.accuracy }.map {
        "\($0.corruption?.rawValue ?? "") \($0.severity): \($0.accuracy.percent(1))"
      } ?? "–"
  }

  /// The half-width of the 95 % interval of the accuracy on one corruption, at the mean of all.
  var reach: Double {
    let interval = Evaluation(
      count: count, correct: Int((mean * Double(count)).rounded()), negativeLogLikelihood: 0
    ).interval
    return (interval.upperBound - interval.lowerBound) / 2
  }
}
