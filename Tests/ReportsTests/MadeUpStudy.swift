import Distillation
import FileFormats
import Foundation
import SearchSpaces

@testable import HardwareProfiles
@testable import Reports
@testable import Studies

/// A study whose journal is made up, event by event.
struct MadeUpStudy {
  var name = "made-up"
  var minimize = ["latency_ms"]
  var constraints = ["latency_ms<=5", "macs<=9e9"]
  var finalists = #"{"count": 3, "seeds": 1, "baseline": true}"#
  var search = #"{"trials": 32}"#
  var full = #"{"epochs": 20}"#
  var audit = "{}"
  /// Whether students are shown corrupted images, on which nothing depends.
  var robustness = false
  var warmStart = "[]"
  /// More members of `study.json`, such as `"confidence": 0.8`.
  var others: [String] = []
  var teacher = #"{"network": {"stem_channels": 16, "stages": [{"channels": 16}]}}"#
  var hasProfile = true
  /// The names of the study's devices, which differ in nothing else.
  var boards = ["small-board"]
  var spaceWords = "stem {}"
  /// The reference designs of the space, as its file lists them; empty for none.
  var spaceReferences = ""
  var events: [JournalEvent] = []

  func definition() throws -> StudyDefinition {
    let several = "[\(boards.map(quoted).joined(separator: ","))]"
    let files = boards.count == 1 ? quoted("device.json") : several
    let hardware = hasProfile ? "\"hardware\": \(files)," : ""
    let json = """
      {"format": "autodistill-study/1", "name": \(quoted(name)), "seed": 7,
       "data": {"name": "fashion-mnist"},
       "teacher": \(teacher),
       "search_space": "space.json", \(hardware)
       "minimize": [\(minimize.map(quoted).joined(separator: ", "))],
       "constraints": [\(constraints.map(quoted).joined(separator: ", "))],
       "search": \(search), "full": \(full), "finalists": \(finalists),
       \(others.map { $0 + "," }.joined())
       "audit": \(audit), "robustness": \(robustness), "warm_start": \(warmStart)}
      """
    return try StudyDefinition(JSONField(json: Data(json.utf8), file: "study.json"))
  }

  func space() throws -> SearchSpace {
    let json = """
      {"format": "autodistill-search-space/1", "name": "quick",
       "parameters": [
         {"name": "stem", "values": [8, 12, 16], "words": \(quoted(spaceWords))},
         {"name": "activation", "values": ["relu", "hard_swish"], "words": ["ReLU", "hard-swish"]},
         {"name": "depth", "values": [1, 2, 3], "group": "stage 1",
          "words": "{} × inverted residual"},
         {"name": "width", "values": [12, 16, 24], "group": "stage 1", "words": "{}"},
         {"name": "kernel", "values": [3, 5], "group": "stage 1", "words": "k{}"}],
       \(spaceReferences.isEmpty ? "" : "\"references\": [\(spaceReferences)],")
       "blueprint": [
         {"layer": "convolution", "kernel": "$kernel", "stride": 2, "channels": "$stem"},
         {"layer": "activation", "kind": "$activation"},
         {"repeat": {"count": "$depth", "body": [
           {"layer": "convolution", "kernel": 3, "channels": "$width"}]}},
         {"layer": "global_average_pool"}, {"layer": "dense", "channels": "$classes"}]}
      """
    return try SearchSpace(json: Data(json.utf8), file: "space.json")
  }

  func profiles() throws -> [HardwareProfile] {
    guard hasProfile else { return [] }
    let kinds = [
      "convolution", "pointwise", "depthwise", "dense", "squeeze_excitation", "pooling",
      "global_pooling", "elementwise",
    ]
    let kernels = kinds.map { kind in
      let macs = ["pooling", "global_pooling", "elementwise"].contains(kind)
      let operations = macs || kind == "squeeze_excitation"
      return "\"\(kind)\": {\"overhead_us\": 8, \"relative_uncertainty\": 0.3"
        + (macs ? "" : ", \"gmacs_per_second\": 4") + (operations ? ", \"gops_per_second\": 1" : "")
        + "}"
    }
    func json(_ name: String) -> String {
      """
      {"format": "autodistill-hardware-profile/1", "name": \(quoted(name)),
       "device": "Small board, one core at 1 GHz",
       "protocol": {"runtime": "some runtime", "precision": "fp32", "batch": 1, "threads": 1,
         "resolution": "28×28", "affinity": "one core", "thermal": "cooled"},
       "memory": {"ram_bytes": 4294967296, "flash_bytes": 16000000000, "weights_in": "ram",
         "levels": [{"name": "DRAM", "bandwidth_gb_per_second": 4.8}]},
       "inference_overhead_us": 30, "kernels": {\(kernels.joined(separator: ", "))},
       "energy": {"pj_per_mac": 225, "pj_per_byte": 100, "static_power_mw": 2900},
       "relative_uncertainty": 0.35,
       "provenance": {"source": "published", "text": "From a data sheet.", "date": "2026-01-31"}}
      """
    }
    return try boards.map { try HardwareProfile(json: Data(json($0).utf8), file: "device.json") }
  }

  var state: StudyState {
    var state = StudyState()
    for event in events { state.apply(event) }
    return state
  }

  func inputs() throws -> ReportInputs { try report().inputs }

  func report() throws -> StudyReport {
    let (definition, state) = (try definition(), state)
    return StudyReport(
      definition: definition, state: state, results: StudyResults(definition, state),
      space: try space(), profiles: try profiles(), version: "1.2.3")
  }

  private func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}

// MARK: - Events

extension MadeUpStudy {
  static func evaluation(_ accuracy: Double, of count: Int) -> Evaluation {
    Evaluation(
      count: count, correct: Int((accuracy * Double(count)).rounded()),
      negativeLogLikelihood: 0.3)
  }

  static let began = JournalEvent.began(
    JournalEvent.Began(
      version: "1.2.2", studyHash: "57d1", spaceHash: "5ace", profileHash: "bead",
      dataHash: "da7a", machine: "Some processor"))

  static let teacherReady = JournalEvent.teacherReady(
    JournalEvent.TeacherReady(
      identity: "1de7", macs: 104_000_000, parameters: 700_000, pipelineAccuracy: 0.9812,
      validation: evaluation(0.929, of: 5000), test: nil, weightsHash: "f11e",
      tensorsHash: "7ea0"))

  static let teacherTested = JournalEvent.teacherTested(
    JournalEvent.TeacherTested(test: evaluation(0.9254, of: 10_000)))

  static func costs(latency: Double, hasProfile: Bool = true) -> Costs {
    let macs = Int(2_400_000 * latency)
    return Costs(
      devices: [
        DeviceCosts(
          profile: hasProfile ? "small-board" : nil,
          latencyMilliseconds: hasProfile ? latency : nil,
          latencyStandardErrorMilliseconds: hasProfile ? 0.4 * latency : nil,
          energyMillijoules: hasProfile ? 3.5 * latency : nil,
          energyStandardErrorMillijoules: hasProfile ? 1.25 * latency : nil,
          peakMemoryBytes: 40_960 + macs / 40, weightBytes: macs / 80)
      ], macs: macs, parameters: macs / 320)
  }

  /// The key of the architecture number `index`: stem, activation, depth, width, kernel.
  static func key(_ index: Int) -> String {
    "\(index % 3)\(index / 3 % 2)\(index / 6 % 3)\(index / 18 % 3)\(index / 54 % 2)"
  }

  static func proposed(_ trial: Int, latency: Double, hasProfile: Bool = true) -> JournalEvent {
    .proposed(
      JournalEvent.Proposed(
        trial: trial, key: key(trial), costs: costs(latency: latency, hasProfile: hasProfile)))
  }

  static func finished(
    _ trial: Int, _ accuracy: Double?, outcome: JournalEvent.Finished.Outcome = .measured,
    seconds: Double = 12.5
  ) -> JournalEvent {
    .finished(
      JournalEvent.Finished(
        trial: trial, outcome: accuracy == nil ? outcome : .measured,
        validation: accuracy.map { evaluation($0, of: 5000) }, seconds: seconds, steps: 1718))
  }

  static func distilled(
    _ trial: Int, _ validation: Double?, test: Double = 0.9, repetition: Int = 0,
    isBaseline: Bool = false, outcome: JournalEvent.Distilled.Outcome = .diverged,
    seconds: Double = 61
  ) -> JournalEvent {
    .distilled(
      JournalEvent.Distilled(
        trial: trial, repetition: repetition, isBaseline: isBaseline,
        outcome: validation == nil ? outcome : .measured,
        validation: validation.map { evaluation($0, of: 5000) },
        test: validation.map { _ in evaluation(test, of: 10_000) }, seconds: seconds,
        steps: 17_180))
  }

  static func screened(
    rejections: [String: Int], infeasible: [Double], feasible: Int = 120
  ) -> JournalEvent {
    .screened(
      JournalEvent.Screened(
        drawn: 400, feasible: feasible, rejections: rejections, infeasibleCosts: infeasible))
  }

  static func timed(_ stage: String, _ seconds: Double) -> JournalEvent {
    .stageTimed(JournalEvent.StageTimed(stage: stage, seconds: seconds, workers: 2))
  }

  static let rejections = [
    "latency_ms<=5": 280, "macs<=9000000000": 0, "peak_memory_bytes<=4294967296": 0,
    "weight_bytes<=16000000000": 0,
  ]
}

// MARK: - Whole studies

extension MadeUpStudy {
  /// Four trials, three of them fully distilled, the second not on the front.
  static var small: MadeUpStudy {
    var study = MadeUpStudy()
    study.events = [
      began, teacherReady, screened(rejections: rejections, infeasible: [6, 7.5, 300]),
      proposed(0, latency: 1), proposed(1, latency: 2.5), proposed(2, latency: 4),
      proposed(3, latency: 3), finished(0, 0.81), finished(1, 0.8), finished(2, 0.85),
      finished(3, 0.79), timed("search", 50),
      .searchEnded(JournalEvent.SearchEnded(trials: 4, isExhausted: false)),
      .selected(JournalEvent.Selected(trials: [0, 1, 2])), teacherTested,
    ]
    study.events += smallTrainings
    return study
  }

  static let smallTrainings = [
    distilled(0, 0.89, test: 0.8834), distilled(0, 0.884, test: 0.88, isBaseline: true),
    distilled(1, 0.885, test: 0.881), distilled(1, 0.886, test: 0.8852, isBaseline: true),
    distilled(2, 0.9136, test: 0.9089), distilled(2, 0.906, test: 0.9011, isBaseline: true),
  ]

  /// 32 trials and 4 finalists, as a real study has them.
  static var realistic: MadeUpStudy {
    var study = MadeUpStudy()
    study.name = "Fashion-MNIST on a small board"
    study.finalists = #"{"count": 4, "seeds": 1, "baseline": true}"#
    // Fractional parts of multiples of irrational numbers stand in for random ones.
    func draw(_ index: Int, _ multiple: Double) -> Double {
      (Double(index + 1) * multiple).truncatingRemainder(dividingBy: 1)
    }
    let latencies = (0..<32).map { 0.35 * exp(2.6 * draw($0, 0.618_034)) }
    func limit(_ latency: Double) -> Double { 0.928 - 0.05 * exp(-0.75 * latency) }
    study.events = [
      began, teacherReady, timed("teacher", 95.4),
      screened(
        rejections: rejections, infeasible: (0..<60).map { 5.05 + 9 * draw($0, 0.414_214) }),
    ]
    for trial in 0..<32 {
      study.events.append(proposed(trial, latency: latencies[trial]))
      let accuracy = limit(latencies[trial]) - 0.02 - 0.045 * draw(trial, 0.732_051)
      study.events.append(finished(trial, trial == 20 ? nil : accuracy, outcome: .diverged))
    }
    let finalists = [8, 13, 14, 18]
    study.events += [
      .searchEnded(JournalEvent.SearchEnded(trials: 32, isExhausted: false)),
      .selected(JournalEvent.Selected(trials: finalists)), timed("search", 231.7), teacherTested,
    ]
    for trial in finalists {
      let accuracy = limit(latencies[trial]) - 0.006 * draw(trial, 0.236_068)
      study.events += [
        distilled(trial, accuracy, test: accuracy - 0.004),
        distilled(trial, accuracy - 0.004, test: accuracy - 0.0075, isBaseline: true),
      ]
    }
    study.events.append(timed("distillation", 262.3))
    return study
  }

  /// No student meets the constraints.
  static var infeasible: MadeUpStudy {
    var study = MadeUpStudy()
    study.constraints = ["latency_ms<=0.1"]
    study.events = [
      began, teacherReady,
      screened(rejections: ["latency_ms<=0.1": 400], infeasible: [0.3, 0.9, 2], feasible: 0),
      .nothingFeasible(
        JournalEvent.NothingFeasible(leastInfeasible: [
          .init(
            key: key(0), costs: costs(latency: 0.135), binding: "latency_ms<=0.1", excess: 0.35)
        ])),
    ]
    return study
  }
}

extension MadeUpStudy {
  /// `small` with names that would break a page, a table or a sentence.
  static var hostile: MadeUpStudy {
    var study = small
    study.name = "<script>alert(1)</script> | *x* `y` \"z\" & 'q'"
    study.spaceWords = "<b>{}</b>, | stem"
    return study
  }

  /// One finalist, without a baseline.
  static var single: MadeUpStudy {
    var study = small
    study.finalists = #"{"count": 1, "seeds": 1, "baseline": false}"#
    study.events.removeAll { smallTrainings.contains($0) }
    study.events += [
      .selected(JournalEvent.Selected(trials: [2])), distilled(2, 0.9136, test: 0.9089),
    ]
    return study
  }

  /// Every training failed, in one way or another.
  static var failed: MadeUpStudy {
    var study = MadeUpStudy()
    study.events = [
      began, teacherReady, proposed(0, latency: 1), proposed(1, latency: 2),
      proposed(2, latency: 3), finished(0, nil, outcome: .diverged),
      finished(1, nil, outcome: .crashed), finished(2, 0.8),
      .searchEnded(JournalEvent.SearchEnded(trials: 3, isExhausted: false)),
      .selected(JournalEvent.Selected(trials: [2])), teacherTested, distilled(2, nil),
      distilled(2, nil, isBaseline: true, outcome: .crashed),
    ]
    return study
  }

  /// Students that flash, full training and MACs rank alike.
  static func ranked(_ count: Int) -> MadeUpStudy {
    var study = MadeUpStudy()
    study.finalists = "{\"count\": \(count), \"seeds\": 1, \"baseline\": false}"
    study.events = [began, teacherReady]
    for trial in 0..<count {
      study.events += [
        proposed(trial, latency: 1 + Double(trial)), finished(trial, 0.8 + 0.01 * Double(trial)),
      ]
    }
    study.events.append(.selected(JournalEvent.Selected(trials: Array(0..<count))))
    for trial in 0..<count { study.events.append(distilled(trial, 0.9 + 0.002 * Double(trial))) }
    return study
  }
}

// MARK: - Answers

extension MadeUpStudy {
  /// How 40 images of ten classes were classified; every `step`-th is taken for the next class.
  static func outcome(wrongEvery step: Int) -> SplitOutcome {
    let labels = (0..<40).map { $0 % 10 }
    func logits(_ answers: [Int]) -> [Float] {
      answers.flatMap { answer in (0..<10).map { $0 == answer ? 3 : Float($0) / 10 } }
    }
    let answers = labels.indices.map { $0 % step == 0 ? (labels[$0] + 1) % 10 : labels[$0] }
    let teacher = labels.indices.map { $0 % 8 == 0 ? (labels[$0] + 1) % 10 : labels[$0] }
    return SplitOutcome(
      correctImages: ImageBits(zip(answers, labels).map { $0 == $1 }),
      metrics: ClassificationMetrics(
        logits: logits(answers), labels: labels, classes: 10, teacher: logits(teacher)))
  }

  static let corruptionResults = [
    RobustnessResult(corruption: nil, severity: 0, count: 200, correct: 180),
    RobustnessResult(corruption: .blur, severity: 1, count: 200, correct: 170),
    RobustnessResult(corruption: .blur, severity: 5, count: 200, correct: 90),
    RobustnessResult(corruption: .noise, severity: 1, count: 200, correct: 160),
    RobustnessResult(corruption: .noise, severity: 5, count: 200, correct: 60),
  ]

  /// `small` with what this version's journals say of every training.
  static var answered: MadeUpStudy {
    var study = small
    study.robustness = true
    study.events = study.events.map { event in
      switch event {
      case .began(var began):
        (began.validationHash, began.testHash, began.classes) = ("7a11", "7e57", 10)
        return .began(began)
      case .teacherTested(var tested):
        tested.testOutcome = outcome(wrongEvery: 8)
        tested.testOutcome?.metrics.teacher = nil
        return .teacherTested(tested)
      case .distilled(var training):
        training.validationOutcome = outcome(wrongEvery: 6)
        training.testOutcome = outcome(wrongEvery: training.isBaseline ? 3 : 4)
        return .distilled(training)
      default: return event
      }
    }
    study.events += (0..<3).map { trial in
      .robustnessTested(
        JournalEvent.RobustnessTested(
          trial: trial, images: 1000, results: trial == 1 ? nil : corruptionResults, seconds: 3))
    }
    return study
  }
}
