import Distillation
import Studies

extension ReportInputs {
  /// What int8 costs the students; nil in a study of fp32.
  var quantizationSection: ReportSection? {
    guard let settings = definition.quantization else { return nil }
    let rows = quantizedRuns.map { name, outcomes in
      let aware = outcomes.compactMap(\.aware)
      return [
        name, outcomes.map(\.fp32).pooledAccuracy.percent(2),
        outcomes.map(\.postTraining).pooledAccuracy.percent(2),
        aware.isEmpty ? "–" : aware.pooledAccuracy.percent(2),
        outcomes.map(\.student).pooledAccuracy.percent(2), points(outcomes.meanLoss),
      ]
    }
    guard !rows.isEmpty else { return nil }
    return ReportSection(
      anchor: "int8", title: "From fp32 to int8",
      blocks: [
        .paragraph(
          "The accuracies of full trainings, the costs and the kept students are of int8, computed as TensorFlow "
            + "Lite Micro’s reference kernels compute it; flash trainings are fp32. Here is what int8 costs on "
            + "the validation split. "
            + quantizationSentence(settings)),
        .table(
          ReportTable(
            caption: "Validation accuracy (%) in fp32 and int8, means over the seeds",
            columns: [
              .init("who"), .init("fp32", .number), .init("int8, quantised as trained", .number),
              .init("int8, trained on in int8", .number), .init("the student", .number),
              .init("lost, points", .number),
            ], rows: rows)),
      ])
  }

  /// The students and reference designs with what became of each of their trainings.
  private var quantizedRuns: [(name: String, outcomes: [QuantizationOutcome])] {
    let students = results.students.map { ("trial \($0.trial)", $0.runs) }
    let references = results.references.map { ($0.name, $0.runs) }
    return (students + references).map { ($0.0, $0.1.compactMap(\.quantization)) }
      .filter { !$0.1.isEmpty }
  }

  private func quantizationSentence(_ settings: QuantizationSettings) -> String {
    let outcomes = quantizedRuns.flatMap(\.outcomes)
    let ranges =
      "The ranges of activations come from up to \(counted(settings.calibrationImages, "training image"))"
    let training =
      settings.awareShare > 0
      ? ", a training of \(settings.awareShare.percent(1)) % of the full one’s length adapts them and the "
        + "weights, and the better of both on the validation split is the student. "
      : ", and nothing is trained in int8. "
    return ranges + training
      + "On average over \(counted(outcomes.count, "training")) the students "
      + "\(outcomes.meanLoss < 0 ? "gain" : "lose") \(points(abs(outcomes.meanLoss))) points."
  }

  private func points(_ loss: Double) -> String { loss.percent(2) }
}

extension QuantizationOutcome {
  /// The student's accuracy in int8.
  var student: Evaluation { isAware ? aware ?? postTraining : postTraining }
}

extension [QuantizationOutcome] {
  /// What the students lose in accuracy, on average.
  fileprivate var meanLoss: Double {
    reduce(0) { $0 + $1.fp32.accuracy - $1.student.accuracy } / Double(count)
  }
}
