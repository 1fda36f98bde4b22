import Distillation

/// What a worker process is asked to do; one JSON object per line on its standard input.
struct WorkerRequest: Hashable, Sendable {
  /// Chosen by the sender; the answer repeats it.
  var id: Int
  var task: StudentTask
}

extension WorkerRequest: Codable {
  private enum Kind: String, Codable {
    case flash
    case distill
    case baseline
    case test
    case robustness
    case shadow
    case shadowBaseline = "shadow_baseline"
    case teacherShadow = "teacher_shadow"
  }

  private enum CodingKeys: String, CodingKey {
    case id, kind, trial, key, repetition, rungs, variant, fraction, images
    case isRepeated = "is_repeated"
    case usesTest = "uses_test"
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let repetition = try values.decodeIfPresent(Int.self, forKey: .repetition) ?? 0
    let kind = try values.decode(Kind.self, forKey: .kind)
    let work: StudentTask.Work
    switch kind {
    case .flash:
      work = .flash(
        StudentTask.FlashWork(
          repetition: repetition,
          rungs: try values.decodeIfPresent([StudentTask.Rung].self, forKey: .rungs) ?? [],
          variant: try values.decodeIfPresent(FlashVariant.self, forKey: .variant),
          fraction: try values.decodeIfPresent(Double.self, forKey: .fraction),
          isRepeated: try values.decodeIfPresent(Bool.self, forKey: .isRepeated) ?? false))
    case .distill, .baseline:
      work = .full(
        StudentTask.FullWork(
          repetition: repetition, isBaseline: kind == .baseline,
          usesTest: try values.decodeIfPresent(Bool.self, forKey: .usesTest) ?? true))
    case .test: work = .test
    case .robustness:
      work = .robustness(images: try values.decode(Int.self, forKey: .images))
    case .shadow, .shadowBaseline:
      work = .shadow(
        StudentTask.ShadowWork(number: repetition, isBaseline: kind == .shadowBaseline))
    case .teacherShadow: work = .teacherShadow(repetition)
    }
    id = try values.decode(Int.self, forKey: .id)
    task = StudentTask(
      work, key: try values.decode(String.self, forKey: .key),
      trial: try values.decodeIfPresent(Int.self, forKey: .trial))
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(id, forKey: .id)
    try values.encodeIfPresent(task.trial, forKey: .trial)
    try values.encode(task.key, forKey: .key)
    switch task.work {
    case .flash(let flash):
      try values.encode(Kind.flash, forKey: .kind)
      try values.encode(flash.repetition, forKey: .repetition)
      if !flash.rungs.isEmpty { try values.encode(flash.rungs, forKey: .rungs) }
      try values.encodeIfPresent(flash.variant, forKey: .variant)
      try values.encodeIfPresent(flash.fraction, forKey: .fraction)
      if flash.isRepeated { try values.encode(true, forKey: .isRepeated) }
    case .full(let full):
      try values.encode(full.isBaseline ? Kind.baseline : .distill, forKey: .kind)
      try values.encode(full.repetition, forKey: .repetition)
      if !full.usesTest { try values.encode(false, forKey: .usesTest) }
    case .test:
      try values.encode(Kind.test, forKey: .kind)
    case .robustness(let images):
      try values.encode(Kind.robustness, forKey: .kind)
      try values.encode(images, forKey: .images)
    case .shadow(let shadow):
      try values.encode(shadow.isBaseline ? Kind.shadowBaseline : .shadow, forKey: .kind)
      try values.encode(shadow.number, forKey: .repetition)
    case .teacherShadow(let number):
      try values.encode(Kind.teacherShadow, forKey: .kind)
      try values.encode(number, forKey: .repetition)
    }
  }
}

/// What a worker process says; one JSON object per line on its standard output.
struct WorkerReply: Hashable, Sendable, Codable {
  /// What it is about: the worker itself, or how a task ended.
  enum Status: String, Hashable, Sendable, Codable {
    case ready
    case progress
    case measured
    case diverged
    case stopped
    /// An attempt took longer than `trial_limits` allows; told by workers that keep the limits themselves.
    case timedOut = "timed_out"
    /// The worker cannot continue; `message` says why.
    case failed
  }

  /// The request's number; −1 where there is none.
  var id: Int
  var status: Status
  /// The share of the task that is done, 0…1.
  var share: Double?
  var validation: Evaluation?
  var test: Evaluation?
  var validationOutcome: SplitOutcome?
  var testOutcome: SplitOutcome?
  var curve: TrainingCurve?
  var quantization: QuantizationOutcome?
  var chain: [ChainLink]?
  var seconds: Double?
  var steps: Int?
  var rungs: [RungEvaluation]?
  var repeats: [Evaluation]?
  var robustness: [RobustnessResult]?
  var message: String?
  /// The processor time that the worker has taken since it was started.
  var processorSeconds: Double?

  enum CodingKeys: String, CodingKey {
    case id, status, share, validation, test, validationOutcome, testOutcome, curve, quantization
    case chain
    case seconds, steps, rungs, repeats, robustness, message
    case processorSeconds = "cpu_seconds"
  }
}

extension WorkerReply {
  /// Tells the end of a task.
  init(id: Int, _ result: TaskResult) {
    self.init(
      id: id, status: Status(result.ending), validation: result.validation, test: result.test,
      validationOutcome: result.validationOutcome, testOutcome: result.testOutcome,
      curve: result.curve, quantization: result.quantization, chain: result.chain,
      seconds: result.seconds,
      steps: result.steps, rungs: result.rungs,
      repeats: result.repeats,
      robustness: result.robustness)
  }

  /// How the task ended; nil if it has not, or cannot.
  var result: TaskResult? {
    let ending: TaskResult.Ending
    switch status {
    case .measured: ending = .measured
    case .diverged: ending = .diverged
    case .stopped: ending = .stopped
    case .ready, .progress, .timedOut, .failed: return nil
    }
    var result = TaskResult(
      ending, validation: validation, test: test, seconds: seconds ?? 0, steps: steps ?? 0,
      rungs: rungs, repeats: repeats)
    (result.validationOutcome, result.testOutcome) = (validationOutcome, testOutcome)
    (result.robustness, result.curve, result.quantization) = (robustness, curve, quantization)
    result.chain = chain
    return result
  }
}

extension WorkerReply.Status {
  fileprivate init(_ ending: TaskResult.Ending) {
    switch ending {
    case .measured: self = .measured
    case .diverged: self = .diverged
    case .stopped: self = .stopped
    }
  }
}
