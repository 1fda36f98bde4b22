import Comparisons
import Studies

/// One question that a reader should ask of a study before believing it.
struct HealthCheck: Hashable, Sendable {
  /// What is looked at, such as `enough trials`.
  let name: String
  /// What is wrong, in a sentence; nil if nothing is.
  let finding: String?
}

extension ReportInputs {
  /// What keeps the result from being believed as it stands, and what was looked at; nil before there is any
  /// result.
  var healthSection: ReportSection? {
    let checks = healthChecks
    guard !checks.isEmpty else { return nil }
    let findings = checks.compactMap(\.finding)
    let passed = checks.filter { $0.finding == nil }.map(\.name)
    var blocks: [ReportBlock] = []
    if !findings.isEmpty { blocks.append(.list(findings)) }
    if !passed.isEmpty {
      blocks.append(
        .paragraph(
          (findings.isEmpty ? "Nothing was found. " : "") + "Looked at and found well: "
            + passed.joined(separator: "; ") + "."))
    }
    if !unasked.isEmpty {
      blocks.append(.paragraph("Not looked at: \(unasked.joined(separator: "; "))."))
    }
    return ReportSection(anchor: "health", title: "Can this be believed?", blocks: blocks)
  }

  /// What the study was not asked to find out, and a reader may want to know.
  private var unasked: [String] {
    guard !results.students.isEmpty else { return [] }
    var unasked: [String] = []
    if !profiles.isEmpty && predictionCheck == nil {
      unasked.append(
        "whether a device takes as long as its profile predicts, as no latency was measured (measure)"
      )
    }
    if definition.referenceChoice == .none {
      unasked.append("whether designs by hand would have done, as none were trained (references)")
    }
    if !definition.finalists.baseline {
      unasked.append(
        "what the teacher gave, as no student was trained without it (finalists.baseline)")
    }
    return unasked
  }

  /// All that could be judged so far.
  var healthChecks: [HealthCheck] {
    guard state.nothingFeasible == nil else { return [] }
    return [
      predictionCheck, trialCountCheck, rankingCheck, progressCheck, referenceCheck,
      resolutionCheck,
      teacherCheck, gainCheck, failureCheck,
    ].compactMap { $0 }
  }

  /// Whether the model had trials enough to learn from and to propose by.
  private var trialCountCheck: HealthCheck? {
    let ended = state.ownTrials.count { $0.result != nil }
    guard ended > 0 else { return nil }
    let first = definition.search.initialTrials
    let fewest = max(ReportInputs.fewestTrials, 3 * first)
    let isFew = ended < fewest && state.searchEnded?.isExhausted != true
    return HealthCheck(
      name: "the number of trials",
      finding: isFew
        ? "Too few trials: \(ended) have ended, of which the first \(first) are spread over the costs "
          + "blindly; from about \(fewest) on a search is more than a sample." : nil)
  }

  private static let fewestTrials = 16

  /// Whether flash is known to rank.
  private var rankingCheck: HealthCheck? {
    guard let audit = results.audit, audit.count > 1 else { return nil }
    let name = "flash's ranking against full trainings"
    guard audit.count > 4 else {
      return HealthCheck(
        name: name,
        finding:
          "Flash is hardly checked: \(audit.count) students have both accuracies, and so few "
          + "show no correlation. A larger audit.count tells more.")
    }
    guard let spearman = audit.flash.spearman, spearman.interval.lowerBound <= 0 else {
      return HealthCheck(name: name, finding: nil)
    }
    let isWrong = spearman.interval.upperBound < 0
    let judgement = isWrong ? "the wrong way round" : "which may be chance"
    return HealthCheck(
      name: name,
      finding:
        "Flash \(isWrong ? "does not rank" : "is not known to rank"): among \(audit.count) students Spearman's ρ of flash and full "
        + "accuracy is \(spearman.value.signed) (95 % interval \(spearman.interval.signed)), "
        + "\(judgement). A larger flash.fraction ranks better.")
  }

  /// Whether the front still grew at the end of the search.
  private var progressCheck: HealthCheck? {
    guard let trace = HypervolumeTrace(self), trace.shares.count >= 8 else { return nil }
    let gain = 1 - trace.shares[trace.shares.count * 3 / 4 - 1]
    let isMoving = gain > 0.02 && state.searchEnded?.isExhausted != true
    return HealthCheck(
      name: "the front's growth in the last quarter of the trials",
      finding: isMoving
        ? "The front is still moving: \(gain.percent(1)) % of its hypervolume came in the last quarter "
          + "of the trials, so more trials may find better students." : nil)
  }

  /// Whether the search was worth it.
  private var referenceCheck: HealthCheck? {
    guard !results.comparisons.isEmpty else { return nil }
    let open = results.comparisons.filter { $0.reference != nil }
    guard !open.isEmpty else { return nil }
    let name = "the reference designs"
    let lost = open.filter { $0.verdict == .lost }
    guard lost.isEmpty else {
      return HealthCheck(name: name, finding: lost.map(sentence).joined(separator: " "))
    }
    return HealthCheck(
      name: name,
      finding: open.contains { $0.verdict == .won }
        ? nil
        : "Nothing beats the reference designs: for no budget is the best student's accuracy above that "
          + "of the best design within it by more than chance.")
  }

  /// Whether the validation split tells the front's students apart.
  private var resolutionCheck: HealthCheck? {
    let front = results.students.filter(\.isOnFront)
    guard front.count > 1, let count = front[0].validation.first?.count else { return nil }
    let tied = front.filter { $0.standing == .tied }
    let name = "the size of the validation split"
    guard !tied.isEmpty else { return HealthCheck(name: name, finding: nil) }
    return HealthCheck(
      name: name,
      finding:
        "The validation split is too small to tell all students of the front apart: on \(count) "
        + "images \(trialPhrase(tied.map(\.trial))) cannot be told from a student that costs no more "
        + "(95 %, \(comparedPhrase)).")
  }

  /// Whether the teacher knows more than its students.
  private var teacherCheck: HealthCheck? {
    guard let teacher = state.teacher,
      let best = results.students.max(by: {
        $0.validationAccuracy < $1.validationAccuracy
      })
    else { return nil }
    let accuracy = teacher.validation.accuracy
    let name = "the teacher's strength"
    // One that makes no mistake is not weak, whoever else makes none.
    guard accuracy < 1 && accuracy <= best.validationAccuracy else {
      return HealthCheck(name: name, finding: nil)
    }
    let numbers =
      "its validation accuracy is \(accuracy.percentage), and that of trial \(best.trial), which it taught, "
      + best.validationAccuracy.percentage
    let isLess = isBelow(teacher, best)
    return HealthCheck(
      name: name,
      finding: isLess
        ? "The teacher is weak: \(numbers)."
        : "The teacher is no better than its students: \(numbers), which may be chance.")
  }

  /// Whether the teacher is less accurate than a student by more than chance.
  private func isBelow(
    _ teacher: JournalEvent.TeacherReady, _ student: StudyResults.Student
  ) -> Bool {
    guard let own = MeasuredAccuracy([(teacher.validation, teacher.validationOutcome)]),
      let other = student.runs.measuredValidation
    else { return false }
    return AccuracyDifference(
      own, other, noise: (nil, results.students.validationNoise)
    ).interval.upperBound < 0
  }

  /// Whether distillation helped.
  private var gainCheck: HealthCheck? {
    guard let gain = DistillationGain(results.students) else { return nil }
    let name = "what distillation gave"
    guard !gain.isReal else { return HealthCheck(name: name, finding: nil) }
    let spread = gain.mean > 0 ? "above" : "below"
    let judgement = gain.isHarm ? "did harm" : "did not help measurably"
    return HealthCheck(
      name: name,
      finding:
        "Distillation \(judgement): with the teacher test accuracies are on average "
        + "\(abs(gain.mean).percent(2)) points \(spread) those of the same "
        + "\(counted(gain.count, "student")) without it, where ±\(gain.reach.percent(2)) may be chance "
        + "(95 %, \(gain.isPaired ? "image by image" : "as if the images were different ones"), and by the "
        + "noise of trainings).")
  }

  /// Whether trainings came to their ends.
  private var failureCheck: HealthCheck? {
    let failed = failedTrials.count + failedTrainings.count + failedReferenceTrainings.count
    let ended =
      state.ownTrials.count { $0.result != nil } + state.distilled.count
      + state.referenceTrainings.count
    guard ended > 0 else { return nil }
    let isMany = Double(failed) > 0.1 * Double(ended)
    return HealthCheck(
      name: "trainings that failed",
      finding: isMany
        ? "\(failed) of \(counted(ended, "training")) failed: the recipe may be too harsh for a part of "
          + "the space." : nil)
  }
}
