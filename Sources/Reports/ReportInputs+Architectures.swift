import HardwareProfiles
import Studies

extension ReportInputs {
  /// Every fully trained student by itself: what it is, what it reaches, what its layers take, and how it is
  /// exported; nil before the first full training.
  var architectureSection: ReportSection? {
    guard !results.students.isEmpty else { return nil }
    return ReportSection(
      anchor: "students", title: "The students, one by one",
      blocks: results.students.map { .part(part($0)) })
  }

  private func part(_ student: StudyResults.Student) -> ReportPart {
    var place = student.isOnFront ? ", on the front" : ""
    if student.trial == knee?.trial { place += ", its knee" }
    return ReportPart(
      anchor: "student-\(student.trial)",
      title: "Trial \(student.trial)\(place): \(student.validationAccuracy.percentage) at "
        + costPhrase(student),
      blocks: [.facts(facts(student))] + trainingBlocks(student) + layerBlocks(student)
        + (confusionTable(student).map { [.table($0)] } ?? [])
        + [
          .paragraph("To export it, with the study's folder in the place of FOLDER:"),
          .command("autodistill export FOLDER \(student.key) --format \(exportFormat)"),
        ], isFolded: true, isFoldedInMarkdown: true)
  }

  /// What most runtimes of the study's precision read.
  private var exportFormat: String { definition.precision == .int8 ? "tflite" : "onnx" }

  private func facts(_ student: StudyResults.Student) -> [ReportFact] {
    var facts = [
      ReportFact("Architecture", words(student.key)), ReportFact("Key", student.key),
      ReportFact("Validation accuracy", withInterval(student.validation) + " %"),
    ]
    if !student.test.isEmpty {
      facts.append(ReportFact("Test accuracy", withInterval(student.test) + " %"))
    }
    if let gain = student.distillationGain, gain.isFinite {
      facts.append(
        ReportFact(
          "Without the teacher",
          "\(withInterval(student.baselineTest)) % on the test split; the teacher gave "
            + "\(gain.signedPoints) points"))
    }
    facts.append(
      ReportFact(
        "Flash accuracy",
        "\(student.flash.accuracy.percentage), which by itself, before any full training, projects \(student.projected.accuracy.percent(2)) ± "
          + "\(student.projected.standardError.percent(2)) %"))
    facts += shownMetrics.compactMap { metric in
      (try? student.costs.largest(metric)).map {
        ReportFact(
          metric.title.prefix(1).uppercased() + metric.title.dropFirst(), metric.amount($0))
      }
    }
    if let measured = student.measured {
      facts.append(
        ReportFact(
          "Measured latency", "\(measured.latencyMilliseconds.brief) ms on \(measured.profile)"))
    }
    return facts
  }

  /// How its full trainings went; nothing where the journal does not say.
  private func trainingBlocks(_ student: StudyResults.Student) -> [ReportBlock] {
    guard let chart = TrainingChart(student) else { return [] }
    let changesImages = ([definition.full] + definition.full.stages.map(\.content)).contains {
      $0.augmentation != .none || !$0.mix.isEmpty
    }
    return [
      .drawing(chart.drawing()),
      .paragraph(
        "Each point is a mean over the steps since the one before. The losses with the teacher and without it are "
          + "different sums and do not compare"
          + (changesImages
            ? "; images of a batch are changed at random, so its accuracy may stay below that on the "
              + "validation images." : ".")),
    ]
  }

  private func layerBlocks(_ student: StudyResults.Student) -> [ReportBlock] {
    guard let layers = LayerTable(student.key, student.costs, self) else {
      return [
        .paragraph(
          "Its layers are not listed: the size of the study's images is not recorded, and none of the usual "
            + "ones gives this student's MACs.")
      ]
    }
    return [
      .drawing(LayerChart(trial: student.trial, layers: layers).drawing()),
      .table(layers.table(caption: "Layers of trial \(student.trial), as inference runs them")),
    ]
  }
}
