import Distillation

@testable import HardwareProfiles
@testable import Studies

/// Events for journals and states made by hand.
enum MadeUp {
  static func evaluation(_ correct: Int, of count: Int = 1000) -> Evaluation {
    Evaluation(count: count, correct: correct, negativeLogLikelihood: 0.1 + 0.2)
  }

  static func costs(macs: Int, latency: Double? = nil) -> Costs {
    let profile: String? = latency == nil ? nil : "small-board"
    let error: Double? = latency.map { $0 / 3 }
    return Costs(
      devices: [
        DeviceCosts(
          profile: profile, latencyMilliseconds: latency, latencyStandardErrorMilliseconds: error,
          energyMillijoules: nil, peakMemoryBytes: macs / 3, weightBytes: macs / 7)
      ], macs: macs, parameters: macs / 11)
  }

  static let began = JournalEvent.began(
    JournalEvent.Began(
      version: "1.2.3", studyHash: "57d1", spaceHash: "5ace", profileHash: nil, dataHash: "da7a",
      machine: "A \"processor\" / €"))

  static let teacherReady = JournalEvent.teacherReady(
    JournalEvent.TeacherReady(
      identity: "1de7", macs: 104_000, parameters: 700, pipelineAccuracy: 0.98125,
      validation: evaluation(929), test: nil, weightsHash: "7ea0"))

  static let teacherTested = JournalEvent.teacherTested(
    JournalEvent.TeacherTested(test: evaluation(925)))

  static let screened = JournalEvent.screened(
    JournalEvent.Screened(
      drawn: 400, feasible: 12, rejections: ["macs<=900": 388, "parameters<=1000000": 0],
      infeasibleCosts: [1.0 / 3, .pi, 1e-300, .leastNonzeroMagnitude, .greatestFiniteMagnitude]))

  static func proposed(
    _ trial: Int, key: String? = nil, macs: Int, latency: Double? = nil
  ) -> JournalEvent {
    .proposed(
      JournalEvent.Proposed(
        trial: trial, key: key ?? "k\(trial)", costs: costs(macs: macs, latency: latency)))
  }

  /// A result; nil for one that diverged.
  static func finished(
    _ trial: Int, _ correct: Int?, outcome: JournalEvent.Finished.Outcome = .diverged
  ) -> JournalEvent {
    .finished(
      JournalEvent.Finished(
        trial: trial, outcome: correct == nil ? outcome : .measured,
        validation: correct.map { evaluation($0) }, seconds: 1.0 / 7, steps: 10))
  }

  /// A trial that was stopped at the last of its rungs.
  static func stopped(_ trial: Int, at rungs: [(step: Int, correct: Int)]) -> JournalEvent {
    .finished(
      JournalEvent.Finished(
        trial: trial, outcome: .stopped, validation: nil, seconds: 0.5,
        steps: rungs.last?.step ?? 0,
        rungs: rungs.map { RungEvaluation(step: $0.step, validation: evaluation($0.correct)) }))
  }

  /// A trial that came to its end by way of rungs.
  static func finished(
    _ trial: Int, _ correct: Int, by rungs: [(step: Int, correct: Int)], steps: Int = 10
  ) -> JournalEvent {
    .finished(
      JournalEvent.Finished(
        trial: trial, outcome: .measured, validation: evaluation(correct), seconds: 2,
        steps: steps,
        rungs: rungs.map { RungEvaluation(step: $0.step, validation: evaluation($0.correct)) }))
  }

  static func enqueued(_ keys: String...) -> JournalEvent {
    .enqueued(JournalEvent.Enqueued(keys: keys))
  }

  static func carried(
    _ key: String, _ correct: Int, macs: Int, isFeasible: Bool = true
  ) -> JournalEvent.Imported.Carried {
    JournalEvent.Imported.Carried(
      key: key, costs: costs(macs: macs), isFeasible: isFeasible, validation: evaluation(correct),
      rungs: [RungEvaluation(step: 3, validation: evaluation(correct / 2))])
  }

  /// A student that an earlier study has trained fully.
  static func trained(_ key: String, _ correct: Int) -> JournalEvent.Imported.Trained {
    JournalEvent.Imported.Trained(
      key: key,
      trainings: [
        .init(
          repetition: 0, isBaseline: false, outcome: .measured, validation: evaluation(correct),
          test: evaluation(correct - 10))
      ])
  }

  /// What one earlier study says.
  static func imported(
    _ carried: [JournalEvent.Imported.Carried], related: [(key: String, correct: Int)] = [],
    trained: [JournalEvent.Imported.Trained]? = nil
  ) -> JournalEvent {
    let source = JournalEvent.Imported.Source(
      study: "../earlier", version: "1.2.2", machine: "Another processor",
      differences: related.isEmpty ? [] : ["teacher"], carried: carried,
      related: related.map { .init(key: $0.key, validation: evaluation($0.correct)) },
      trained: trained)
    return .imported(JournalEvent.Imported(sources: [source]))
  }

  static let nothingFeasible = JournalEvent.nothingFeasible(
    JournalEvent.NothingFeasible(leastInfeasible: [
      .init(key: "000", costs: costs(macs: 1000), binding: "macs<=10", excess: 99.00000000000001)
    ]))

  /// As this version writes it, with reasons; on two devices.
  static let nothingFeasibleWithReasons = JournalEvent.nothingFeasible(
    JournalEvent.NothingFeasible(
      leastInfeasible: [
        .init(
          key: "000",
          costs: Costs(
            devices: ["a", "b"].map { name in
              DeviceCosts(
                profile: name, latencyMilliseconds: 1.0 / 3, latencyStandardErrorMilliseconds: 0.1,
                energyMillijoules: 2, energyStandardErrorMillijoules: 0.2, peakMemoryBytes: 300,
                weightBytes: 90)
            }, macs: 700, parameters: 60, depth: 3), binding: "latency_ms<=0.1", excess: 3)
      ],
      limits: [
        .init(
          constraint: "latency_ms<=0.1", rejected: 400, key: "001",
          cost: CostValue(value: 0.2, standardError: 0.05), excess: 1.5)
      ],
      changes: [
        .init(
          constraint: "latency_ms<=0.1", parameter: "width", from: "8", to: "4",
          before: CostValue(value: 1.0 / 3, standardError: 0.1),
          after: CostValue(value: 0.2, standardError: 0.05), excess: 1.5, binding: nil,
          bindingExcess: nil)
      ], isExhaustive: true))

  static func selected(_ trials: Int...) -> JournalEvent {
    .selected(JournalEvent.Selected(trials: trials))
  }

  static func searchEnded(_ trials: Int) -> JournalEvent {
    .searchEnded(JournalEvent.SearchEnded(trials: trials, isExhausted: false))
  }

  /// A full training; nil for one that diverged.
  static func distilled(
    _ trial: Int, _ correct: Int?, test: Int? = nil, repetition: Int = 0, isBaseline: Bool = false
  ) -> JournalEvent {
    .distilled(
      JournalEvent.Distilled(
        trial: trial, repetition: repetition, isBaseline: isBaseline,
        outcome: correct == nil ? .diverged : .measured,
        validation: correct.map { evaluation($0) },
        test: correct.map { evaluation(test ?? $0 - 10) }, seconds: 61.25, steps: 100))
  }

  static func rescored(_ trial: Int, _ correct: Int?, fraction: Double = 0.1) -> JournalEvent {
    .rescored(
      JournalEvent.Rescored(
        trial: trial, fraction: fraction, validation: correct.map { evaluation($0) }, seconds: 3,
        steps: 20))
  }

  /// A full training that leaves the test split alone.
  static func trainedForAudit(_ trial: Int, _ correct: Int?) -> JournalEvent {
    .distilled(
      JournalEvent.Distilled(
        trial: trial, repetition: 0, isBaseline: false,
        outcome: correct == nil ? .diverged : .measured,
        validation: correct.map { evaluation($0) }, test: nil, seconds: 61, steps: 100))
  }

  /// An audit that ended; one that names a fraction has raised it.
  static func audited(
    _ trials: Int..., spearman: Double? = -0.2, raisedTo fraction: Double? = nil
  ) -> JournalEvent {
    .audited(
      JournalEvent.Audited(
        trials: trials, spearman: spearman, macsSpearman: 1.0 / 3, fraction: fraction ?? 0.05,
        verdict: fraction != nil ? .raised : spearman == nil ? .undecided : .kept))
  }

  /// A student of the audit on the test split; nil: the worker died.
  static func tested(_ trial: Int, _ correct: Int?) -> JournalEvent {
    .tested(JournalEvent.Tested(trial: trial, test: correct.map { evaluation($0) }))
  }

  /// Reference designs that are trained, each with its MACs, and one that is not.
  static func referencesChosen(
    _ designs: [(name: String, key: String, macs: Int)], refused: String? = nil
  ) -> JournalEvent {
    .referencesChosen(
      JournalEvent.ReferencesChosen(
        designs: designs.map { .init(name: $0.name, key: $0.key, costs: costs(macs: $0.macs)) },
        refused: refused.map { [.init(name: $0, key: "r", reason: "it breaks macs<=5 by 3 %")] }
          ?? [])
    )
  }

  /// A full training of a reference design; nil for one that diverged.
  static func referenceTrained(
    _ name: String, key: String, _ correct: Int?, repetition: Int = 0
  ) -> JournalEvent {
    .referenceTrained(
      JournalEvent.ReferenceTrained(
        name: name, key: key, repetition: repetition,
        outcome: correct == nil ? .diverged : .measured,
        validation: correct.map { evaluation($0) }, test: correct.map { evaluation($0 - 10) },
        seconds: 61.25, steps: 100))
  }

  /// A student's latency; its standard error is 1 %.
  static func measured(
    _ trial: Int, _ milliseconds: Double, source: String = "host",
    measuredBy measurementProtocol: String = "A small board; some runtime",
    isComparable: Bool = true, isDisturbed: Bool = false
  ) -> JournalEvent {
    .measured(
      JournalEvent.Measured(
        trial: trial, key: "k\(trial)", profile: "small-board", source: source,
        measurementProtocol: measurementProtocol,
        isComparable: isComparable, latencyMilliseconds: milliseconds,
        latencyStandardErrorMilliseconds: milliseconds / 100, samples: 60, drift: 1.0 / 3,
        referenceMilliseconds: 0.1 + 0.2, isDrifting: false, isDisturbed: isDisturbed,
        attempts: isDisturbed ? 2 : 1))
  }

  /// A growth; with full trainings that become longer, from 20 epochs, if a number is given.
  static func grown(
    _ effects: [GrowthEffect], to epochs: Double? = nil, date: String = "2026-01-31T12:00:00Z"
  ) -> JournalEvent {
    .grown(
      JournalEvent.Grown(
        version: "1.3.0", date: date, studyHash: "57d2", study: "{\"name\": \"\\u20ac\"}",
        profileHash: nil,
        changes: [StudyChange(field: "search.trials", before: "3", after: "5")], effects: effects,
        lengthening: epochs.map { .init(before: 20, after: $0, flashFraction: 1 / $0) }))
  }

  static let told = JournalEvent.told(
    JournalEvent.Told(
      training: TrainingName(
        key: "k7", kind: .flash, repetition: 0, isBaseline: false, fraction: 0.1),
      validation: evaluation(700), test: nil, repeats: [evaluation(710)], seconds: 1.0 / 3))

  static let merged = JournalEvent.merged(
    JournalEvent.Merged(
      sources: [
        .init(study: "../a", seed: 3, studyHash: "57d1", trials: 2, fullTrainings: 1),
        .init(study: "../b", seed: 4, studyHash: "57d3", trials: 1, fullTrainings: 0),
      ], trained: [0]))

  /// New costs of a trial, which breaks a limit by them.
  static func priced(_ trial: Int, macs: Int) -> JournalEvent {
    .priced(
      JournalEvent.Priced(trials: [
        .init(
          trial: trial, costs: costs(macs: macs),
          broken: BrokenLimit(constraint: "macs<=700", excess: 1.0 / 700))
      ]))
  }

  static let stageTimed = JournalEvent.stageTimed(
    JournalEvent.StageTimed(stage: "search", seconds: 12.000000000000002, workers: 2))

  static let kept = JournalEvent.kept(
    JournalEvent.Kept(files: [.init(path: "candidates/k0/weights.safetensors", hash: "5ea1")]))

  /// How four images of two classes were classified, the last one wrongly.
  static let outcome = SplitOutcome(
    correctImages: ImageBits([true, true, true, false]),
    metrics: ClassificationMetrics(
      logits: [1, 0, 0, 0.1, 2, 0, 0.3, 0], labels: [0, 1, 0, 1], classes: 2,
      teacher: [1, 0, 0, 2, 0, 1, 0.3, 0]))

  /// A full training whose answers are known.
  static func answered(_ trial: Int, isBaseline: Bool = false) -> JournalEvent {
    .distilled(
      JournalEvent.Distilled(
        trial: trial, repetition: 0, isBaseline: isBaseline, outcome: .measured,
        validation: evaluation(3, of: 4), test: evaluation(3, of: 4), validationOutcome: outcome,
        testOutcome: outcome, seconds: 2, steps: 9))
  }

  /// A student on corrupted images; nil: the worker died.
  static func robustnessTested(_ trial: Int, _ correct: Int?, images: Int = 50) -> JournalEvent {
    .robustnessTested(
      JournalEvent.RobustnessTested(
        trial: trial, images: images,
        results: correct.map {
          [
            RobustnessResult(corruption: nil, severity: 0, count: 40, correct: $0 + 2),
            RobustnessResult(corruption: .blur, severity: 3, count: 40, correct: $0),
          ]
        }, seconds: 0.5))
  }

  /// One event of every kind, in an order in which a study could have them.
  static let everyKind: [JournalEvent] = [
    began, teacherReady, screened,
    imported(
      [carried("i0", 700, macs: 9999, isFeasible: false)], related: [("r0", 650)],
      trained: [trained("i0", 800)]),
    enqueued("k1", "k5"), proposed(0, macs: 700, latency: 1.0 / 3), proposed(1, macs: 900),
    finished(0, 800), finished(1, nil), proposed(2, macs: 800), stopped(2, at: [(3, 500)]),
    stageTimed, kept, rescored(0, 830), audited(0, raisedTo: 0.1), searchEnded(3),
    selected(0), teacherTested, distilled(0, 850), tested(0, 845),
    distilled(0, nil, isBaseline: true),
    referencesChosen([("ladder", "l0", 600), ("other", "l1", 900)], refused: "large"),
    referenceTrained("ladder", key: "l0", 840), referenceTrained("other", key: "l1", nil),
    measured(0, 0.7), answered(1), robustnessTested(0, 30), robustnessTested(1, nil),
    grown([.costs, .finalists, .fullTrainings, .references, .search], to: 40), priced(0, macs: 701),
    told, merged,
    nothingFeasible, nothingFeasibleWithReasons,
  ]

  static func state(_ events: [JournalEvent]) -> StudyState {
    var state = StudyState()
    for event in events { state.apply(event) }
    return state
  }
}
