import Distillation
import FileFormats
import HardwareProfiles
import Studies
import Teachers

extension ReportInputs {
  /// What is known of the teacher.
  var teacherSection: ReportSection {
    guard let teacher = state.teacher else {
      return ReportSection(
        anchor: "teacher", title: "The teacher",
        blocks: [.paragraph("The teacher is not trained yet.")])
    }
    return ReportSection(
      anchor: "teacher", title: "The teacher",
      blocks: [.facts(teacherFacts(teacher))] + memberBlocks(teacher)
        + (teacherNotes(teacher).map { [.list($0)] } ?? []))
  }

  private func teacherFacts(_ teacher: JournalEvent.TeacherReady) -> [ReportFact] {
    func text(_ evaluation: Evaluation) -> String {
      "\(evaluation.accuracy.percentage) (95 % CI \(evaluation.interval.percentage), "
        + "\(evaluation.count) images)"
    }
    let members = definition.teacher.members
    let origin =
      definition.teacher.isEnsemble
      ? "\(members.count) teachers, whose probabilities are averaged" : members[0].form.origin
    return [
      ReportFact("Origin", origin),
      ReportFact("Validation accuracy", text(teacher.validation)),
      ReportFact("Test accuracy", teacher.test.map(text) ?? unknownTest ?? "not measured yet"),
      ReportFact("Size", teacherSize(teacher)),
      ReportFact(
        "Verified through the pipeline",
        "its soft targets are right on \(teacher.pipelineAccuracy.percentage) of the training "
          + "images, as the students' batches give them"),
    ]
  }

  /// Why the teacher's test accuracy will not be known; nil if it will.
  var unknownTest: String? {
    definition.teacher.obstacleToTesting(on: definition.data).map { "unknown: \($0)" }
  }

  private func teacherSize(_ teacher: JournalEvent.TeacherReady) -> String {
    guard let macs = teacher.macs, let parameters = teacher.parameters else {
      return "unknown: only its answers are known"
    }
    return "\(DeviceMetric.macs.phrase(Double(macs))), "
      + DeviceMetric.parameters.phrase(Double(parameters))
  }

  private func memberBlocks(_ teacher: JournalEvent.TeacherReady) -> [ReportBlock] {
    guard let known = teacher.members else { return [] }
    let rows = zip(definition.teacher.members, known).enumerated().map { index, pair in
      [
        String(index + 1), pair.0.form.origin, pair.0.weight.brief,
        "\(pair.1.validation.accuracy.percent(2)) (\(pair.1.validation.interval.percentage))",
      ]
    }
    return [
      .table(
        ReportTable(
          caption: "Each teacher by itself on the validation split.",
          columns: [
            .init("teacher", .number), .init("origin"), .init("weight", .number),
            .init("validation (%), 95 % interval", .number),
          ], rows: rows))
    ]
  }

  /// What people should know of the teacher's figures; nil if there is nothing.
  private func teacherNotes(_ teacher: JournalEvent.TeacherReady) -> [String]? {
    let given =
      definition.teacher.isGiven
      ? [
        "It was not trained by this study and may have seen the validation images in its training: "
          + "then its validation accuracy is optimistic."
      ] : []
    let notes =
      given + (teacher.notes ?? []).map { "\($0.prefix(1).uppercased())\($0.dropFirst())." }
    return notes.isEmpty ? nil : notes
  }
}
