import Distillation
import HardwareProfiles
import Statistics
import Studies

extension ReportInputs {
  /// The chart and the table of fully distilled students.
  var frontSection: ReportSection {
    var blocks: [ReportBlock] = [.paretoChart]
    if let selectionSentence { blocks.append(.paragraph(selectionSentence)) }
    if results.students.isEmpty {
      blocks.append(.paragraph("No student has had its full training."))
    } else {
      blocks.append(.table(studentTable))
      blocks.append(.list(studentNotes))
    }
    return ReportSection(anchor: "front", title: "The front", blocks: blocks)
  }

  private var studentTable: ReportTable {
    var columns: [ReportTable.Column] = [
      .init("trial", .number), .init("on the front"), .init("architecture"),
      .init("flash (%)", .number), .init("validation (%), 95 % interval", .number),
      .init("test (%), 95 % interval", .number), .init("test without teacher (%)", .number),
      .init("gain (points)", .number),
    ]
    if showsRoles { columns.insert(.init("role"), at: 2) }
    columns += shownMetrics.map { .init($0.heading, .number) }
    columns += measuredColumns
    columns += [.init("fewer MACs than teacher", .number), .init("key", .code)]
    return ReportTable(
      caption: "Fully distilled students, the cheapest first", columns: columns,
      rows: results.students.map(studentRow), trials: results.students.map(\.trial))
  }

  /// The costs worth a column: the objectives first, then what else is limited, then what else is known of every
  /// student.
  var shownMetrics: [DeviceMetric] {
    let names = profiles.count > 1 ? profiles.map { Optional($0.name) } : [nil]
    let metrics: [CostMetric] = [
      .latencyMilliseconds, .energyMillijoules, .peakMemoryBytes, .weightBytes, .macs, .parameters,
    ]
    let others = metrics.flatMap { metric in
      metric.dependsOnDevice
        ? names.map { DeviceMetric(metric, on: $0) } : [DeviceMetric(metric)]
    }
    let limits =
      definition.constraints + definition.budgets.flatMap(\.constraints)
      + profiles.memoryConstraints
    var shown = definition.objectives
    // Whoever lacks an operator is none of the students.
    for metric in limits.map(\.metric).filter({ $0.metric != .missingOperators }) + others
    where !shown.contains(metric)
      && results.students.contains(where: { (try? $0.costs.largest(metric)) != nil })
    {
      shown.append(metric)
    }
    return shown
  }

  /// A mean accuracy in per cent, with its deviation over several seeds; a dash if there is none.
  private func accuracy(_ evaluations: [Evaluation]) -> String {
    guard !evaluations.isEmpty else { return "–" }
    let spread = evaluations.deviation.map { " ± \($0.percent(2))" } ?? ""
    return evaluations.meanAccuracy.percent(2) + spread
  }

  /// A mean accuracy in per cent with the 95 % interval from the finite split.
  func withInterval(_ evaluations: [Evaluation]) -> String {
    accuracy(evaluations)
      + (evaluations.interval.map {
        " (\($0.lowerBound.percent(2))–\($0.upperBound.percent(2)))"
      } ?? "")
  }

  private func studentRow(_ student: StudyResults.Student) -> [String] {
    let gain = student.distillationGain.flatMap { $0.isFinite ? $0.signedPoints : nil }
    let ratio = state.teacher?.macs.map { Double($0) / Double(student.costs.macs) }
    return [String(student.trial), standingWord(student)]
      + (showsRoles ? [student.role.rawValue] : []) + [
        words(student.key),
        student.flash.accuracy.percent(2), withInterval(student.validation),
        withInterval(student.test), accuracy(student.baselineTest), gain ?? "–",
      ] + shownMetrics.map { $0.text(try? student.costs.largest($0)) }
      + measuredCells(student)
      + [ratio.map { "\($0.brief)×" } ?? "–", student.key]
  }

  /// Whether students are compared image by image.
  var comparedPhrase: String {
    results.students.allSatisfy { $0.runs.measuredValidation?.hasAnswers == true }
      ? "image by image" : "as if they had seen different images"
  }

  private func standingWord(_ student: StudyResults.Student) -> String {
    student.isOnFront ? student.standing == .tied ? "yes, tied" : "yes" : "no"
  }

  /// Whether the audit has trained any student, so that it is worth saying which is what.
  private var showsRoles: Bool { results.students.contains { $0.role != .finalist } }

  private var studentNotes: [String] {
    var notes: [String] = []
    let seeds = results.students.map(\.validation.count).max() ?? 1
    if seeds > 1 {
      notes.append(
        "Accuracies are means over up to \(seeds) seeds; ± is the standard deviation over them.")
    }
    notes.append(
      "Intervals are Wilson's for the finite split; they leave out how training varies with its seed."
    )
    if let test = results.students.lazy.compactMap(\.test.first).first,
      let nearby = best ?? results.students.last, !nearby.test.isEmpty
    {
      let p = nearby.testAccuracy
      let reach =
        NormalDistribution.reach95 * (2 * p * (1 - p) / Double(test.count)).squareRoot()
      notes.append(
        "Two test accuracies near that of trial \(nearby.trial), on \(test.count) images, that differ by less than about "
          + "\(reach.percent(1)) points may differ by chance (95 %, as if the images were "
          + "different ones; on the same images the limit is lower).")
    }
    if results.students.contains(where: { $0.standing == .tied }) {
      notes.append(
        "Tied: on the front, but its accuracy cannot be told from that of a student that costs no more "
          + "(validation split, 95 %, corrected for the number of pairs, \(comparedPhrase)).")
    }
    if definition.finalists.baseline {
      notes.append(
        "The gain is the test accuracy less that of the same student trained without the teacher "
          + "for the same steps.")
    }
    if showsRoles {
      notes.append(
        "Audited students are spread over the flash ranks, whatever their promise: one full training "
          + "each, without a baseline.")
    }
    if let raised = state.raisedFraction {
      notes.append(
        "Flash accuracies before trial \(state.auditedCount) are those of "
          + "\(definition.flash.fraction.percent(1)) % of the images, the others of "
          + "\(raised.percent(1)) %: they do not compare.")
    }
    if let carriedNote { notes.append(carriedNote) }
    if let carriedTrainingsNote { notes.append(carriedTrainingsNote) }
    return notes + (measuredNotes ?? []) + predictionNotes
  }

  /// What predicted costs stand for, how sure they are, and which students keep a bound only by luck.
  private var predictionNotes: [String] {
    guard !profiles.isEmpty else { return [] }
    let predicted = profiles.filter { $0.name != results.measurement?.profile }
    let hasEnergy = predicted.contains { $0.energy != nil }
    let places = predicted.map {
      (profiles.count > 1 ? "\($0.name): " : "") + $0.protocolDescription
    }
    var notes =
      predicted.isEmpty
      ? []
      : [
        "Latency\(hasEnergy ? " and energy are" : " is") predicted, not measured: "
          + "\(places.joined(separator: "; ")). ± is one standard error of the prediction."
      ]
    let limits = definition.constraints + profiles.memoryConstraints
    let confidence = definition.confidence
    let unsure = results.students.filter { student in
      limits.contains { (try? $0.isMet(by: student.costs, at: confidence)) == false }
    }
    if !unsure.isEmpty {
      notes.append(
        "Of these the prediction does not keep every bound with a probability of "
          + "\(confidence.level.percent(1)) %, since they were tried before bounds had a "
          + "confidence: trial \(unsure.map { String($0.trial) }.joined(separator: ", ")).")
    }
    return notes
  }
}
