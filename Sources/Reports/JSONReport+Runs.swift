import Distillation
import FileFormats
import Foundation
import Studies

extension JSONReport {
  /// The classes, and the images that students are judged on.
  var splits: JSONText {
    let (began, teacher) = (inputs.state.began, inputs.state.teacher)
    let test = teacher?.test ?? inputs.results.students.lazy.compactMap(\.test.first).first
    func split(_ count: Int?, _ hash: String?) -> JSONText {
      .object([("count", count.map { JSONText($0) } ?? .null), ("sha256", JSONText(hash))])
    }
    let names = inputs.classNames
    return .object([
      ("classes", began?.classes.map { JSONText($0) } ?? .null),
      ("class_names", names.map { .array($0.map(JSONText.text)) } ?? .null),
      ("validation", split(teacher?.validation.count, began?.validationHash)),
      ("test", split(test?.count, began?.testHash)),
    ])
  }

  /// What every full training came to, in the order of the repetitions.
  func runs(_ runs: [StudyResults.Run]) -> JSONText {
    .array(
      runs.map { run in
        .object(
          [
            ("seed", JSONText(run.seed)),
            ("validation", outcome(run.validation, run.validationOutcome)),
            ("test", outcome(run.test, run.testOutcome)),
            ("curve", curve(run.curve)),
          ] + (run.quantization.map { [("quantization", quantization($0))] } ?? []) + links(run))
      })
  }

  /// The trainings before it, where there are some.
  private func links(_ run: StudyResults.Run) -> [(String, JSONText)] {
    run.chain.isEmpty ? [] : [("links", JSONText.array(run.chain.map(link)))]
  }

  /// A training that came before, and has taught the next.
  private func link(_ link: ChainLink) -> JSONText {
    .object([
      ("role", .text(link.role.rawValue)), ("key", .text(link.key)),
      ("validation", counts(link.validation)),
    ])
  }

  private func counts(_ evaluation: Evaluation) -> JSONText {
    .object([
      ("count", JSONText(evaluation.count)), ("correct", JSONText(evaluation.correct)),
      ("negative_log_likelihood", JSONText(evaluation.negativeLogLikelihood, decimals: 5)),
    ])
  }

  /// The student in fp32 and in int8, on the validation split.
  private func quantization(_ outcome: QuantizationOutcome) -> JSONText {
    .object([
      ("fp32", counts(outcome.fp32)), ("post_training", counts(outcome.postTraining)),
      ("aware", outcome.aware.map(counts) ?? .null),
      ("student", .text(outcome.isAware ? "aware" : "post_training")),
    ])
  }

  /// How a split is classified; null where it was not looked at.
  func outcome(_ evaluation: Evaluation?, _ outcome: SplitOutcome?) -> JSONText {
    guard let evaluation else { return .null }
    return .object([
      ("count", JSONText(evaluation.count)),
      ("correct", JSONText(evaluation.correct)),
      ("negative_log_likelihood", JSONText(evaluation.negativeLogLikelihood, decimals: 5)),
      ("correct_images", JSONText(outcome?.correctImages.bytes.base64EncodedString())),
      ("metrics", outcome.map { metrics($0.metrics) } ?? .null),
    ])
  }

  /// A list of `[step, loss, accuracy]` on one line; null where it is not known.
  private func curve(_ curve: TrainingCurve?) -> JSONText {
    guard let curve else { return .null }
    let points = curve.points.map { point in
      JSONText.array([
        JSONText(point.step), JSONText(point.loss, decimals: 5),
        JSONText(point.accuracy, decimals: 5),
      ])
    }
    return .literal(JSONText.array(points).line)
  }

  private func metrics(_ metrics: ClassificationMetrics) -> JSONText {
    let confusion = metrics.confusion
    let rows = confusion.entries.map { "[\($0.label), \($0.predicted), \($0.count)]" }
    return .object([
      // On one line: a row for each pair would be most of the file.
      ("confusion", .literal("[" + rows.joined(separator: ", ") + "]")),
      ("macro_f1", JSONText(confusion.macroF1, decimals: 5)),
      ("kappa", JSONText(confusion.kappa, decimals: 5)),
      ("weighted_kappa", JSONText(confusion.weightedKappa, decimals: 5)),
      ("matthews", JSONText(confusion.matthews, decimals: 5)),
      ("roc_auc", JSONText(metrics.areaUnderCurve, decimals: 5)),
      ("expected_calibration_error", JSONText(metrics.calibrationError, decimals: 5)),
      ("teacher_agreement", JSONText(metrics.teacher?.agreement, decimals: 5)),
      ("teacher_kl", JSONText(metrics.teacher?.divergence, decimals: 5)),
      ("teacher_wrong", metrics.teacher?.wrong.map(wrongTeacher) ?? .null),
    ])
  }

  private func wrongTeacher(_ wrong: TeacherComparison.WrongTeacher) -> JSONText {
    .object([
      ("count", JSONText(wrong.count)),
      ("agreement", JSONText(wrong.agreement, decimals: 5)),
      ("correct", JSONText(wrong.correct)),
      ("kl", JSONText(wrong.divergence, decimals: 5)),
    ])
  }

  /// How a student does on corrupted images, the sample as it is first; null where that was not looked at.
  func robustness(_ results: [RobustnessResult]?) -> JSONText {
    guard let results else { return .null }
    return .array(
      results.map { result in
        .object([
          ("corruption", .text(result.corruption?.rawValue ?? "none")),
          ("severity", JSONText(result.severity)),
          ("count", JSONText(result.count)),
          ("correct", JSONText(result.correct)),
        ])
      })
  }
}
