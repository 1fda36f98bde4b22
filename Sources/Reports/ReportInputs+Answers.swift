import Distillation
import Studies

extension ReportInputs {
  /// How the students answer beyond how often they are right; nil where no journal of this version says so.
  var answerSection: ReportSection? {
    let rows = answerRows
    guard !rows.isEmpty else { return nil }
    var blocks: [ReportBlock] = [
      .paragraph(
        "All answered on the same images, those of the \(answerSplit) split"
          + (definition.finalists.seeds > 1 ? "; means over the seeds." : ".")),
      .table(answerTable(rows)), .list(answerNotes),
    ]
    if let best, let outcome = best.runs.first.flatMap(answer) {
      blocks += classBlocks(outcome.metrics.confusion, of: best)
    }
    if let best { blocks += classGapBlocks(best, answers: best.runs.compactMap(answer)) }
    return ReportSection(anchor: "answers", title: "How the students answer", blocks: blocks)
  }

  /// The split that the section is about: the test split as soon as any student has seen it.
  var answerSplit: String {
    results.students.contains { $0.runs.contains { $0.testOutcome != nil } }
      ? "test" : "validation"
  }

  private func answer(_ run: StudyResults.Run) -> SplitOutcome? {
    answerSplit == "test" ? run.testOutcome : run.validationOutcome
  }

  /// Who answered, and how, once for each seed.
  private typealias AnswerRow = (name: String, metrics: [ClassificationMetrics])

  private var answerRows: [AnswerRow] {
    let students = results.students.compactMap { student -> AnswerRow? in
      let metrics = student.runs.compactMap { answer($0)?.metrics }
      return metrics.isEmpty ? nil : (name: "trial \(student.trial)", metrics: metrics)
    }
    guard !students.isEmpty else { return [] }
    let teacher =
      answerSplit == "test" ? state.teacher?.testOutcome : state.teacher?.validationOutcome
    let references = results.references.filter { $0.trial == nil }.compactMap {
      reference -> AnswerRow? in
      let metrics = reference.runs.compactMap { answer($0)?.metrics }
      return metrics.isEmpty ? nil : (name: reference.name, metrics: metrics)
    }
    return students + references + (teacher.map { [("teacher", [$0.metrics])] } ?? [])
  }

  private func answerTable(_ rows: [AnswerRow]) -> ReportTable {
    func mean(
      _ row: AnswerRow, decimals: Int, _ value: (ClassificationMetrics) -> Double?
    ) -> String {
      let values = row.metrics.compactMap(value)
      return values.isEmpty
        ? "–" : (values.reduce(0, +) / Double(values.count)).fixed(decimals)
    }
    return ReportTable(
      caption: "Beyond accuracy, the cheapest student first",
      columns: [
        .init("who"), .init("macro F1", .number), .init("Cohen’s κ", .number),
        .init("Matthews", .number), .init("ROC AUC", .number),
        .init("calibration error (%)", .number), .init("agrees with teacher (%)", .number),
        .init("KL from teacher (nats)", .number),
        .init("right where teacher is wrong (%)", .number),
      ],
      rows: rows.map { row in
        [
          row.name, mean(row, decimals: 4) { $0.confusion.macroF1 },
          mean(row, decimals: 4) { $0.confusion.kappa },
          mean(row, decimals: 4) { $0.confusion.matthews },
          mean(row, decimals: 4, \.areaUnderCurve),
          mean(row, decimals: 2) { 100 * $0.calibrationError },
          mean(row, decimals: 2) { $0.teacher.map { 100 * $0.agreement } },
          mean(row, decimals: 3) { $0.teacher?.divergence },
          mean(row, decimals: 1) { $0.teacher?.wrong.map { 100 * $0.accuracy } },
        ]
      })
  }

  private var answerNotes: [String] {
    var notes = [
      "Macro F1 counts every class alike, however many images it has; κ and Matthews’ correlation are 0 for "
        + "guessing and 1 for no error; the area under the curve is the probability that an image of a class "
        + "gets a higher score for it than one of another class.",
      "The calibration error is by how much the stated confidence misses the share of right answers, on "
        + "average over 15 bins.",
    ]
    let comparison = results.students.lazy.flatMap(\.runs).compactMap {
      answer($0)?.metrics.teacher
    }
    .first
    if let comparison {
      notes.append(
        "KL is that of the teacher’s probabilities and the student’s, without a temperature"
          + (comparison.wrong.map {
            "; the teacher is wrong on \(counted($0.count, "image")): a student that only copied it "
              + "would be right on none of them."
          } ?? "; the teacher is right on every image."))
    }
    return notes
  }
}
