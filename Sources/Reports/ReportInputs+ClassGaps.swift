import Comparisons
import Distillation
import Studies

extension ReportInputs {
  /// Of more classes only those that differ beyond chance are listed, and the largest gaps.
  private static let mostGaps = 20
  private static let listedGaps = 10

  /// By class how much less the best student recognises than its teacher, and what it takes over of the teacher's
  /// mistakes; empty where the journal does not say.
  ///
  /// - Parameter answers: Of the student's full trainings.
  func classGapBlocks(
    _ student: StudyResults.Student, answers: [SplitOutcome]
  ) -> [ReportBlock] {
    let teacher =
      answerSplit == "test" ? state.teacher?.testOutcome : state.teacher?.validationOutcome
    guard let teacher, !answers.isEmpty else { return [] }
    let gaps = ClassGaps(
      students: answers.map(\.metrics.confusion), teacher: teacher.metrics.confusion)
    var blocks: [ReportBlock] = []
    if !gaps.classes.isEmpty {
      let isLong = gaps.classes.count > ReportInputs.mostGaps
      let shown =
        isLong
        ? Array(
          gaps.classes.sorted { ($0.pValue, $0.label) < ($1.pValue, $1.label) }
            .prefix(ReportInputs.listedGaps)) : gaps.classes
      blocks += [.paragraph(gapSentence(gaps, student)), .table(gapTable(shown, gaps))]
    }
    if let inherited = inheritedSentence(answers) { blocks.append(.paragraph(inherited)) }
    return blocks
  }

  private func gapSentence(_ gaps: ClassGaps, _ student: StudyResults.Student) -> String {
    let differing = gaps.classes.filter(\.isBeyondChance)
    let (below, above) = (differing.filter { $0.value < 0 }, differing.filter { $0.value > 0 })
    func names(_ classes: [ClassGaps.Gap]) -> String {
      classes.map { className($0.label) }.joined(separator: ", ")
    }
    var verdict =
      differing.isEmpty
      ? "No class differs beyond chance. "
      : (below.isEmpty ? "" : "It recognises \(names(below)) less often than the teacher. ")
        + (above.isEmpty ? "" : "It recognises \(names(above)) more often than the teacher. ")
    verdict +=
      "Classes are compared as if on different images, since journals keep numbers by class; on the same images "
      + "differences are known better than these intervals say. p-values are corrected for the number of classes "
      + "(Holm)."
    return "Trial \(student.trial) next to the teacher, class by class on the \(answerSplit) split"
      + (gaps.runs > 1 ? ", means over \(gaps.runs) seeds. " : ". ") + verdict
  }

  private func gapTable(_ shown: [ClassGaps.Gap], _ gaps: ClassGaps) -> ReportTable {
    ReportTable(
      caption: "Recall of the best student less the teacher’s",
      columns: [
        .init("class"), .init("images", .number), .init("teacher (%)", .number),
        .init("student (%)", .number), .init("gap (points)", .number),
        .init("95 % interval", .number), .init("p", .number), .init("beyond chance"),
      ],
      rows: shown.map { gap in
        [
          className(gap.label), String(gap.count), gap.teacher.percent(1), gap.student.percent(1),
          gap.value.signedPoints,
          "\(gap.interval.lowerBound.signedPoints) to \(gap.interval.upperBound.signedPoints)",
          gap.pValue.fixed(3), gap.isBeyondChance ? "yes" : "no",
        ]
      })
  }

  /// How many of the teacher's mistakes the student makes as well, class for class; nil without any.
  private func inheritedSentence(_ answers: [SplitOutcome]) -> String? {
    let wrong = answers.compactMap(\.metrics.teacher?.wrong)
    guard wrong.count == answers.count, let first = wrong.first else { return nil }
    let share = wrong.reduce(0) { $0 + $1.agreement } / Double(wrong.count)
    let accuracy = wrong.reduce(0) { $0 + $1.accuracy } / Double(wrong.count)
    let interval = MeasuredAccuracy(mean: share, count: first.count, runs: wrong.count)
      .interval(confidence: 0.95)
    return
      "Of the teacher’s \(counted(first.count, "mistake")) the student makes \(share.percentage) as well, with the same wrong "
      + "class (95 % interval \(interval.percentage)); it is right on \(accuracy.percentage) of these images, and "
      + "wrong in another way on the others."
  }
}

/// By class how much more or less often a student recognises it than its teacher does.
struct ClassGaps {
  /// One class.
  struct Gap: Hashable {
    let label: Int
    /// Images of it.
    let count: Int
    /// The share of them that is recognised, 0…1; of the student the mean over its trainings.
    let teacher: Double
    let student: Double
    /// 95 %, by Newcombe.
    let interval: ClosedRange<Double>
    /// Corrected for the number of classes.
    let pValue: Double

    /// The student's share less the teacher's.
    var value: Double { student - teacher }
    var isBeyondChance: Bool { pValue < 0.05 }
  }

  /// By their numbers; those without images are left out.
  let classes: [Gap]
  /// Trainings of the student.
  let runs: Int

  /// Compares confusions of the same images.
  ///
  /// - Parameter students: One for each training; at least one.
  init(students: [ConfusionCounts], teacher: ConfusionCounts) {
    runs = students.count
    let recalls = students.map { confusion in
      Dictionary(
        uniqueKeysWithValues: confusion.classes.compactMap { quality in
          quality.recall.map { (quality.label, (recall: $0, count: quality.count)) }
        })
    }
    let pairs = teacher.classes.compactMap {
      quality -> (label: Int, pair: IndependentProportions)? in
      let known = recalls.compactMap { $0[quality.label] }
      guard let recall = quality.recall, known.count == students.count,
        known.allSatisfy({ $0.count == quality.count })
      else { return nil }
      let mean = known.reduce(0) { $0 + $1.recall } / Double(known.count)
      return (
        quality.label,
        IndependentProportions(
          MeasuredAccuracy(mean: mean, count: quality.count, runs: known.count),
          MeasuredAccuracy(mean: recall, count: quality.count))
      )
    }
    let corrected = holmCorrected(pairs.map(\.pair.pValue))
    classes = zip(pairs, corrected).map { entry, pValue in
      Gap(
        label: entry.label, count: entry.pair.second.count, teacher: entry.pair.second.mean,
        student: entry.pair.first.mean, interval: entry.pair.interval(confidence: 0.95),
        pValue: pValue)
    }
  }
}
