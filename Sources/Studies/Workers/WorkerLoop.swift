import Datasets
import DeployedModels
import Distillation
import FileFormats
import Foundation
import NeuralNetworks
import Quantization
import RandomStreams
import SearchSpaces
import Teachers

/// A worker process: takes tasks from a channel until there are no more, one compute thread.
///
/// With standard input for a channel it ends by itself when its parent has gone, so that nothing survives a
/// killed study. A full training that is stopped, by that or by SIGTERM, leaves a checkpoint.
public struct WorkerLoop {
  let inputs: StudyInputs
  private let targets: SoftTargets
  private let teacher: (any ImageClassifier)?
  private let views: StoredViews?
  let teacherLogits: TeacherLogits

  /// Serves the tasks that come by standard input until there are no more; what keeps it from doing so is told to
  /// the parent.
  ///
  /// - Parameter isAsked: Whether the process has been asked to stop. A process without a task is ended by it, one
  ///   with a task stops that and returns.
  public static func serve(
    _ folder: StudyFolder, dataFolder: String?, isAsked: @escaping @Sendable () -> Bool
  ) {
    let channel = PipeChannel(isAsked: isAsked)
    do {
      try WorkerLoop(folder, dataFolder: dataFolder).run(channel)
    } catch {
      channel.send(WorkerReply(id: -1, status: .failed, message: "\(error)"))
    }
  }

  init(_ folder: StudyFolder, dataFolder: String?) throws {
    let read = try StudyInputs(folder, dataFolder: dataFolder)
    let state = try Journal.state(of: folder)
    try read.check(against: state)
    inputs = read.calibrated(by: state)
    if let limit = inputs.definition.trialLimits.memoryMebibytes {
      try MemoryLimit.set(mebibytes: limit)
    }
    let dataset = inputs.dataset
    teacherLogits = TeacherLogits(inputs)
    targets = try SoftTargets(
      contentsOf: folder.softTargets, count: dataset.count(.training), classes: dataset.classes)
    let full = inputs.definition.full
    teacher =
      full.teacherView == .augmented || inputs.definition.comparesFeatures
      ? try inputs.teacher.live() : nil
    views =
      inputs.definition.full.teacherView == .stored
      ? try TeacherViews(
        inputs, teacherHash: inputs.teacherHash(logitsHash: targets.contentHash)
      ).stored() : nil
  }

  /// The task was stopped, and has no result.
  private struct Stopped: Error {
    /// Whether it took longer than it may; otherwise the worker was asked to stop.
    var isOverdue: Bool
  }

  /// Of everything that its results depend on other than the tasks.
  var identity: String { inputs.workIdentity(logitsHash: targets.contentHash) }

  /// Does what the channel asks for, until it asks for nothing more.
  func run(_ channel: any WorkerChannel) {
    channel.send(WorkerReply(id: -1, status: .ready))
    let decoder = JSONDecoder()
    while let line = channel.next() {
      guard let request = try? decoder.decode(WorkerRequest.self, from: line) else {
        let text = String(decoding: line, as: UTF8.self)
        channel.send(
          WorkerReply(id: -1, status: .failed, message: "a worker got a broken task: \(text)"))
        return
      }
      do {
        let result = try channel.whileBusy { try performPatiently(request, channel) }
        channel.send(WorkerReply(id: request.id, result))
      } catch let stopped as Stopped {
        guard stopped.isOverdue else { return }
        channel.send(WorkerReply(id: request.id, status: .timedOut))
      } catch {
        channel.send(WorkerReply(id: request.id, status: .failed, message: "\(error)"))
      }
    }
  }

  /// Performs a request, again where it fails while files of other machines may still be on their way.
  private func performPatiently(
    _ request: WorkerRequest, _ channel: any WorkerChannel
  ) throws -> TaskResult {
    let began = SuspendingClock.now
    while true {
      do {
        return try perform(request, channel)
      } catch let stopped as Stopped {
        throw stopped
      } catch {
        guard began.duration(to: .now) / .seconds(1) < channel.patienceSeconds else { throw error }
        usleep(1_000_000)
      }
    }
  }

  private func perform(
    _ request: WorkerRequest, _ channel: any WorkerChannel
  ) throws -> TaskResult {
    let key = request.task.key
    let network = try inputs.network(of: inputs.space.architecture(key: key))
    let limits = channel.keepsTimeLimits ? inputs.definition.trialLimits : TrialLimits()
    let reporter = ProgressReporter(
      task: request.id, channel: channel, limitSeconds: request.task.timeLimitSeconds(limits))
    let began = SuspendingClock.now
    var result: TaskResult
    switch request.task.work {
    case .flash(let work): result = try flash(work, key: key, network, reporter)
    case .full(let work): result = try full(work, key: key, network, reporter)
    case .test:
      let judged = judge(try keptStudent(key, network), .test)
      result = TaskResult(.measured, test: judged?.evaluation)
      result.testOutcome = judged?.outcome
    case .robustness(let count):
      let images = CorruptedImages(
        inputs.reader, split: .test, count: count, seed: inputs.definition.seed)
      result = TaskResult(.measured)
      result.robustness = try keptStudent(key, network).robustness(
        on: images, observe: reporter.observe(share:))
    case .shadow(let work): result = try shadow(work, key: key, network, reporter)
    case .teacherShadow(let number): result = try teacherShadow(number, reporter)
    }
    if reporter.hasStopped { throw Stopped(isOverdue: reporter.isOverdue) }
    result.seconds = began.duration(to: .now) / .seconds(1)
    return result
  }

  private func flash(
    _ work: StudentTask.FlashWork, key: String, _ network: Network, _ reporter: ProgressReporter
  ) throws -> TaskResult {
    let run = try flashRun(work, key: key, network)
    var result = TaskResult(.diverged, steps: run.steps)
    let outcome = try run.train(observe: reporter.observe) { step, model in
      examine(model, after: step, for: work, &result)
    }
    if case .finished(let model) = outcome, let validation = evaluation(model, .validation) {
      (result.ending, result.validation) = (.measured, validation)
    }
    if work.isRepeated && result.ending == .measured {
      result.repeats = try repeatedEvaluation(work, key: key, network, reporter).map { [$0] }
    }
    return result
  }

  /// Trains a student once more with another seed and classifies the validation split; nil if that
  /// diverged.
  private func repeatedEvaluation(
    _ work: StudentTask.FlashWork, key: String, _ network: Network, _ reporter: ProgressReporter
  ) throws -> Evaluation? {
    var again = work
    (again.repetition, again.rungs) = (work.repetition + 1, [])
    let run = try flashRun(again, key: key, network)
    guard case .finished(let model) = try run.train(observe: reporter.observe) else { return nil }
    return evaluation(model, .validation)
  }

  /// Classifies the validation split with a model on its way; returns whether the training continues.
  private func examine(
    _ model: TrainedModel, after step: Int, for work: StudentTask.FlashWork,
    _ result: inout TaskResult
  ) -> Bool {
    guard let validation = evaluation(model, .validation) else {
      result.steps = step
      return false
    }
    if work.variant?.isCut == true {
      // Where the full schedule is broken off, the task is done.
      (result.ending, result.validation, result.steps) = (.measured, validation, step)
      return false
    }
    result.rungs = (result.rungs ?? []) + [RungEvaluation(step: step, validation: validation)]
    if work.continues(with: validation.accuracy, after: step) { return true }
    (result.ending, result.steps) = (.stopped, step)
    return false
  }

  private func full(
    _ work: StudentTask.FullWork, key: String, _ network: Network, _ reporter: ProgressReporter
  ) throws -> TaskResult {
    try Folder.create(inputs.folder.candidate(key))
    let chain = try chain(
      before: work, key: key, network,
      signal: try signal(for: inputs.definition(ofKey: key).full), reporter)
    var result = TaskResult(.diverged, steps: chain.steps)
    if !chain.links.isEmpty { result.chain = chain.links }
    guard let signal = chain.signal else { return result }
    let run = try fullRun(work, key: key, network, signal: signal)
    result.steps += run.steps
    // What is left belongs to the way to int8.
    let fp32Share =
      chain.share
      + (1 - chain.share) / (1 + (inputs.definition.quantization?.awareShare ?? 0))
    reporter.begin(part: chain.share...fp32Share)
    let floats = inputs.folder.floats(
      of: key, repetition: work.repetition, isBaseline: work.isBaseline)
    let trained: TrainedFloats
    if inputs.definition.quantization != nil, let kept = keptFloats(at: floats, of: run) {
      trained = kept
    } else {
      let recorder = CurveRecorder()
      let outcome = try run.train(recording: recorder, observe: reporter.observe)
      result.curve = recorder.curve
      guard case .finished(let model) = outcome else { return result }
      trained = TrainedFloats(model: model, curve: recorder.curve)
      if inputs.definition.quantization != nil { try keep(trained, at: floats, of: run) }
    }
    let model = trained.model
    result.curve = trained.curve
    var student: any ImageClassifier = model
    var integers: DeployedModel?
    if let settings = inputs.definition.quantization {
      reporter.begin(part: fp32Share...1)
      let checkpoint = inputs.folder.integerCheckpoint(
        of: key, repetition: work.repetition, isBaseline: work.isBaseline)
      guard
        let quantized = try integerStudent(
          of: model, after: run, settings, checkpoint: checkpoint, reporter)
      else { return result }
      result.quantization = quantized.outcome
      (student, integers) = (try IntegerClassifier(quantized.model), quantized.model)
    }
    guard let validation = judge(student, .validation) else { return result }
    (result.ending, result.validation) = (.measured, validation.evaluation)
    result.validationOutcome = validation.outcome
    if work.usesTest, let test = judge(student, .test) {
      (result.test, result.testOutcome) = (test.evaluation, test.outcome)
    }
    if !work.isBaseline && work.repetition == 0 {
      try model.write(to: inputs.folder.weights(of: key), metadata: ["architecture": key])
      if let integers { try write(integers, of: key) }
    }
    return result
  }

  /// Returns a flash training.
  ///
  /// All of them draw the same random numbers (the order of images, the augmentation): what differs between
  /// two students is then the students. The seed does not depend on when or where a task runs, nor on the
  /// recipe.
  private func flashRun(
    _ work: StudentTask.FlashWork, key: String, _ network: Network
  ) throws -> TrainingRun {
    let definition = try inputs.definition(ofKey: key)
    let planned = try (work.variant ?? FlashVariant()).training(
      in: definition, fraction: work.fraction,
      trainingCount: definition.full.trainingCount(of: inputs.dataset))
    var stream =
      work.repetition == 0
      ? RandomStream(seed: definition.seed, purpose: "flash")
      : RandomStream(seed: definition.seed, purpose: "flash", work.repetition)
    var run = TrainingRun(
      network: network, recipe: planned.recipe, reader: inputs.reader,
      signal: try signal(for: planned.recipe),
      featureTeacher: try featureTeacher(for: planned.recipe), seed: stream.next(),
      statisticsBatches: planned.statisticsBatches,
      rungs: planned.end.map { [$0] } ?? work.rungs.map(\.step))
    run.partners = try inputs.partners(of: planned.recipe)
    return run
  }

  /// Returns a full training. A student and its baseline draw the same random numbers.
  func fullRun(
    _ work: StudentTask.FullWork, key: String, _ network: Network, signal: TeacherSignal
  ) throws -> TrainingRun {
    let definition = try inputs.definition(ofKey: key)
    let recipe =
      work.isBaseline ? definition.full.withoutTeacher(on: inputs.dataset) : definition.full
    var stream = RandomStream(seed: definition.seed, purpose: "full", work.repetition)
    var run = TrainingRun(
      network: network, recipe: recipe, reader: inputs.reader, signal: signal,
      featureTeacher: try featureTeacher(for: recipe), seed: stream.next(),
      statisticsBatches: definition.flash.statisticsBatches,
      checkpointPath: inputs.folder.checkpoint(
        of: key, repetition: work.repetition, isBaseline: work.isBaseline))
    run.partners = try inputs.partners(of: recipe)
    return run
  }

  /// Returns the teacher whose features a training's losses read, if they read some.
  func featureTeacher(for recipe: Recipe) throws -> (any FeatureClassifier)? {
    guard recipe.comparesFeatures else { return nil }
    return try (teacher ?? inputs.teacher.live()) as? any FeatureClassifier
  }

  /// Returns what the teacher says in a training; a variant may have another view than the study.
  func signal(for recipe: Recipe) throws -> TeacherSignal {
    switch recipe.teacherView {
    case .clean: .cached(targets)
    case .augmented: .live(try teacher ?? inputs.teacher.live())
    case .stored:
      if let views {
        .stored(views)
      } else {
        throw StudyError.worker("the study has no stored views of its teacher")
      }
    }
  }
}
