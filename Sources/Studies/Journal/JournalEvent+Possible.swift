import Distillation
import HardwareProfiles

// Events that say something impossible, such as more right answers than images. Nothing that is written
// has any, and of what is read a line that has is damaged, or was made by hand.

extension JournalEvent {
  /// Says which value cannot be; nil if all can.
  var impossibility: String? {
    var check = ValueCheck()
    switch self {
    case .began(let value): check.began(value)
    case .grown(let value): check.grown(value)
    case .priced(let value):
      for trial in value.trials {
        check.trial(trial.trial)
        check.costs(trial.costs, "costs")
        check.number(trial.broken?.excess, "broken.excess", 0...)
      }
    case .teacherReady(let value): check.teacher(value)
    case .teacherTested(let value): check.judgement(value.test, value.testOutcome, "test")
    case .screened(let value): check.screened(value)
    case .flashLength(let value): check.flashLength(value)
    case .imported(let value): value.sources.forEach { check.imported($0) }
    case .enqueued, .selected: break
    case .kept(let value):
      for file in value.files where !file.isInside {
        check.refuse("files.path", "\"\(file.path)\"", "a path in the study's folder")
      }
    case .told(let value):
      check.count(value.training.repetition, "repetition")
      check.number(value.training.fraction, "fraction", ValueCheck.fractions)
      check.evaluation(value.validation, "validation")
      check.evaluation(value.test, "test")
      (value.repeats ?? []).forEach { check.evaluation($0, "repeats") }
      check.number(value.seconds, "seconds", ValueCheck.seconds)
    case .merged(let value):
      for source in value.sources {
        check.count(source.trials, "trials")
        check.count(source.fullTrainings, "full_trainings")
      }
    case .proposed(let value):
      check.trial(value.trial)
      check.costs(value.costs, "costs")
    case .finished(let value): check.finished(value)
    case .rescored(let value):
      check.trial(value.trial)
      check.number(value.fraction, "fraction", ValueCheck.fractions)
      check.evaluation(value.validation, "validation")
      check.work(value.seconds, value.steps)
    case .audited(let value):
      check.number(value.spearman, "spearman", ValueCheck.correlations)
      check.number(value.macsSpearman, "macs_spearman", ValueCheck.correlations)
      check.number(value.fraction, "fraction", ValueCheck.fractions)
    case .nothingFeasible(let value): check.nothingFeasible(value)
    case .searchEnded(let value): check.count(value.trials, "trials")
    case .distilled(let value):
      check.trial(value.trial)
      check.training(.init(value))
      check.work(value.seconds, value.steps)
    case .tested(let value):
      check.trial(value.trial)
      check.judgement(value.test, value.testOutcome, "test")
    case .referencesChosen(let value): value.designs.forEach { check.costs($0.costs, $0.name) }
    case .referenceTrained(let value):
      check.training(.init(value))
      check.work(value.seconds, value.steps)
    case .measured(let value): check.measured(value)
    case .robustnessTested(let value):
      check.trial(value.trial)
      check.count(value.images, "images")
      for result in value.results ?? [] {
        check.answers(result.correct, of: result.count, "results")
        check.count(result.severity, "severity", 0...5)
      }
      check.number(value.seconds, "seconds", ValueCheck.seconds)
    case .stageTimed(let value):
      check.number(value.seconds, "seconds", ValueCheck.seconds)
      check.number(value.processorSeconds, "cpu_seconds", ValueCheck.seconds)
      check.count(value.workers, "workers")
    }
    return check.problem
  }
}

extension JournalEvent.Kept.File {
  /// Whether its path stays in the study's folder.
  fileprivate var isInside: Bool {
    !path.hasPrefix("/") && !path.split(separator: "/").contains("..") && !path.isEmpty
  }
}

/// Looks for the first value that cannot be.
private struct ValueCheck {
  private(set) var problem: String?

  /// More than anybody has of anything, and few enough to be added and multiplied by each other.
  static let largestCount = 1_000_000_000_000
  /// Bytes and operations.
  static let largestCost = 1_000_000_000_000_000
  /// 300 years.
  static let seconds = 0...1e10
  /// A flash training may be longer than the full one, where that has become shorter since.
  static let fractions = Double.leastNonzeroMagnitude...1e6
  /// With what rounding adds.
  static let correlations = -1.000_001...1.000_001

  mutating func refuse(_ field: String, _ found: some CustomStringConvertible, _ expected: String) {
    problem = problem ?? "\(field) is \(found), expected \(expected)"
  }

  mutating func count(_ value: Int?, _ field: String, _ range: ClosedRange<Int> = 0...largestCount)
  {
    guard let value, !range.contains(value) else { return }
    refuse(field, value, "\(range.lowerBound) to \(range.upperBound)")
  }

  mutating func number(_ value: Double?, _ field: String, _ range: ClosedRange<Double>) {
    guard let value, !range.contains(value) else { return }
    refuse(field, value, "\(range.lowerBound) to \(range.upperBound)")
  }

  mutating func number(_ value: Double?, _ field: String, _ range: PartialRangeFrom<Double>) {
    guard let value, !(range.contains(value) && value.isFinite) else { return }
    refuse(field, value, "at least \(range.lowerBound)")
  }

  mutating func trial(_ number: Int) { count(number, "trial", 0...1_000_000_000) }

  mutating func work(_ seconds: Double, _ steps: Int) {
    number(seconds, "seconds", Self.seconds)
    count(steps, "steps")
  }

  mutating func answers(_ correct: Int, of count: Int, _ field: String) {
    self.count(count, field + ".count", 1...Self.largestCount)
    self.count(correct, field + ".correct", 0...max(0, count))
  }

  mutating func evaluation(_ value: Evaluation?, _ field: String) {
    guard let value else { return }
    answers(value.correct, of: value.count, field)
    // Rounding may take a loss of 0 below it.
    number(value.negativeLogLikelihood, field + ".negative_log_likelihood", (-1e-3)...)
  }

  /// A split's evaluation, and what it leaves out, of the same images.
  mutating func judgement(_ value: Evaluation?, _ outcome: SplitOutcome?, _ field: String) {
    evaluation(value, field)
    guard problem == nil, let value, let outcome else { return }
    let bytes = outcome.correctImages.bytes.count
    if bytes != (value.count + 7) / 8 {
      refuse(field + "_outcome.correct_images", "\(bytes) bytes", "\((value.count + 7) / 8)")
    }
    let count = outcome.metrics.confusion.count
    if count != value.count {
      refuse(field + "_outcome.metrics.confusion", "of \(count) images", "\(value.count)")
    }
    number(outcome.metrics.areaUnderCurve, "roc_auc", 0...1.000_001)
    number(outcome.metrics.calibrationError, "expected_calibration_error", 0...1.000_001)
  }

  mutating func costs(_ value: Costs, _ field: String) {
    func cost(_ value: Int?, _ name: String) {
      count(value, "\(field).\(name)", 0...Self.largestCost)
    }
    cost(value.macs, "macs")
    cost(value.parameters, "parameters")
    cost(value.depth, "depth")
    for device in value.devices {
      number(device.latencyMilliseconds, "\(field).latency_ms", 0...1e12)
      number(
        device.latencyStandardErrorMilliseconds, "\(field).latency_standard_error_ms", 0...1e12)
      number(device.energyMillijoules, "\(field).energy_mj", 0...1e15)
      number(device.energyStandardErrorMillijoules, "\(field).energy_standard_error_mj", 0...1e15)
      cost(device.peakMemoryBytes, "peak_memory_bytes")
      cost(device.weightBytes, "weight_bytes")
      cost(device.workingSetBytes, "working_set_bytes")
      cost(device.arenaBytes, "arena_bytes")
      cost(device.flashBytes, "flash_bytes")
    }
  }

  mutating func training(_ value: JournalEvent.Imported.FullTraining) {
    count(value.repetition, "repetition", 0...1_000_000)
    judgement(value.validation, value.validationOutcome, "validation")
    judgement(value.test, value.testOutcome, "test")
    evaluation(value.quantization?.fp32, "quantization.fp32")
    evaluation(value.quantization?.postTraining, "quantization.post_training")
    evaluation(value.quantization?.aware, "quantization.aware")
    for link in value.chain ?? [] { evaluation(link.validation, "links.validation") }
  }
}

extension ValueCheck {
  mutating func began(_ value: JournalEvent.Began) {
    count(value.classes, "classes", 1...1_000_000)
    count(value.format, "format", 1...Self.largestCount)
    guard let data = value.data else { return }
    for (value, field) in [
      (data.height, "height"), (data.width, "width"), (data.channels, "channels"),
    ] {
      count(value, "data." + field, 1...1_000_000)
    }
    count(data.leftOutCount, "data.left_out")
    count(data.labels?.kept, "data.labels.kept")
    count(data.labels?.hidden, "data.labels.hidden")
    count(data.labels?.dropped, "data.labels.dropped")
    count(data.labels?.wrong, "data.labels.wrong")
    for split in data.splits {
      split.classCounts.forEach { count($0, "data.splits.classes") }
      count(split.unlabeledCount, "data.splits.unlabeled")
      count(split.groupCount, "data.splits.groups")
    }
  }

  mutating func grown(_ value: JournalEvent.Grown) {
    guard let lengthening = value.lengthening else { return }
    let epochs = Double.leastNonzeroMagnitude...1e9
    number(lengthening.before, "lengthening.before", epochs)
    number(lengthening.after, "lengthening.after", epochs)
    number(lengthening.flashFraction, "lengthening.flash_fraction", Self.fractions)
  }

  mutating func teacher(_ value: JournalEvent.TeacherReady) {
    count(value.macs, "macs", 0...Self.largestCost)
    count(value.parameters, "parameters", 0...Self.largestCost)
    number(value.pipelineAccuracy, "pipeline_accuracy", 0...1)
    judgement(value.validation, value.validationOutcome, "validation")
    judgement(value.test, value.testOutcome, "test")
    for member in value.members ?? [] { evaluation(member.validation, "members.validation") }
  }

  mutating func screened(_ value: JournalEvent.Screened) {
    count(value.drawn, "drawn")
    let drawn = 0...max(0, value.drawn)
    count(value.feasible, "feasible", drawn)
    for (name, rejected) in value.rejections { count(rejected, "rejections of \(name)", drawn) }
    for (name, kept) in value.kept ?? [:] { count(kept, "budgets_kept of \(name)", drawn) }
  }

  mutating func flashLength(_ value: JournalEvent.FlashLength) {
    number(value.fraction, "fraction", Self.fractions)
    number(value.wantedAccuracy, "wanted_accuracy", 0...2)
    for attempt in value.attempts {
      number(attempt.fraction, "attempts.fraction", Self.fractions)
      for accuracy in attempt.accuracies { number(accuracy, "attempts.accuracies", 0...1) }
    }
  }

  mutating func imported(_ source: JournalEvent.Imported.Source) {
    for carried in source.carried {
      costs(carried.costs, "carried.costs")
      evaluation(carried.validation, "carried.validation")
      rungs(carried.rungs)
    }
    for related in source.related { evaluation(related.validation, "related.validation") }
    for student in source.trained ?? [] { student.trainings.forEach { training($0) } }
    count(source.ruledOut, "ruledOut")
  }

  mutating func rungs(_ rungs: [RungEvaluation]?) {
    for rung in rungs ?? [] {
      count(rung.step, "rungs.step")
      evaluation(rung.validation, "rungs.validation")
    }
  }

  mutating func finished(_ value: JournalEvent.Finished) {
    trial(value.trial)
    evaluation(value.validation, "validation")
    work(value.seconds, value.steps)
    rungs(value.rungs)
    number(value.fraction, "fraction", Self.fractions)
    for again in value.repeats ?? [] { evaluation(again, "repeats") }
    if value.outcome == .measured && value.validation == nil {
      refuse("validation", "missing", "what outcome \"measured\" came to")
    }
  }

  mutating func nothingFeasible(_ value: JournalEvent.NothingFeasible) {
    for nearest in value.leastInfeasible {
      costs(nearest.costs, "least_infeasible.costs")
      number(nearest.excess, "least_infeasible.excess", 0...)
    }
    for limit in value.limits ?? [] {
      count(limit.rejected, "limits.rejected")
      number(limit.excess, "limits.excess", 0...)
    }
    for change in value.changes ?? [] { number(change.excess, "changes.excess", 0...) }
  }

  mutating func measured(_ value: JournalEvent.Measured) {
    trial(value.trial)
    let milliseconds = 0...1e12
    number(value.latencyMilliseconds, "latency_ms", milliseconds)
    number(value.latencyStandardErrorMilliseconds, "latency_standard_error_ms", milliseconds)
    number(value.referenceMilliseconds, "reference_ms", milliseconds)
    number(value.drift, "drift", 0...)
    count(value.samples, "samples", 1...Self.largestCount)
    count(value.attempts, "attempts", 1...1_000_000)
  }
}
