import Datasets
import Distillation
import FileFormats
import Foundation
import NeuralNetworks
import SearchSpaces
import TensorKernels

/// A worker process: takes tasks from standard input until it is closed, one compute thread.
///
/// It ends by itself when its parent has gone, so that nothing survives a killed study.
public struct WorkerLoop {
  private let inputs: StudyInputs
  private let targets: SoftTargets
  private let teacher: TrainedModel?
  private let parent = getppid()

  /// Serves the tasks of a study; what keeps it from doing so is told to the parent.
  public static func serve(_ folder: StudyFolder, dataFolder: String?) {
    do {
      try WorkerLoop(folder, dataFolder: dataFolder).run()
    } catch {
      send(WorkerReply(id: -1, status: .failed, message: "\(error)"))
    }
  }

  private init(_ folder: StudyFolder, dataFolder: String?) throws {
    let read = try StudyInputs(folder, dataFolder: dataFolder)
    let state = try Journal.state(of: folder)
    try read.check(against: state)
    inputs = read.calibrated(by: state)
    let dataset = inputs.dataset
    targets = try SoftTargets(
      contentsOf: folder.softTargets, count: dataset.count(.training), classes: dataset.classes)
    teacher =
      inputs.definition.full.teacherView == .augmented
      ? try TrainedModel(inputs.teacherNetwork, contentsOf: folder.teacherWeights) : nil
  }

  private func run() {
    WorkerLoop.send(WorkerReply(id: -1, status: .ready))
    let decoder = JSONDecoder()
    while let line = readLine() {
      guard let task = try? decoder.decode(WorkerTask.self, from: Data(line.utf8)) else {
        WorkerLoop.send(
          WorkerReply(id: -1, status: .failed, message: "a worker got a broken task: \(line)"))
        return
      }
      do {
        WorkerLoop.send(try perform(task))
      } catch {
        WorkerLoop.send(WorkerReply(id: task.id, status: .failed, message: "\(error)"))
      }
    }
  }

  private func perform(_ task: WorkerTask) throws -> WorkerReply {
    if task.kind == .test { return try test(task) }
    let began = Date()
    let architecture = try inputs.space.architecture(key: task.key)
    let run = try trainingRun(task, network: inputs.network(of: architecture))
    let reporter = ProgressReporter(task: task.id, parent: parent, send: WorkerLoop.send)
    var reply = WorkerReply(id: task.id, status: .diverged)
    reply.steps = run.recipe.steps(trainingCount: inputs.dataset.count(.training))
    let outcome = try run.train(observe: reporter.observe) { step, model in
      examine(model, after: step, for: task, &reply)
    }
    if case .finished(let model) = outcome, let validation = evaluation(model, .validation) {
      reply.status = .measured
      reply.validation = validation
      if task.kind != .flash && task.leavesTest != true { reply.test = evaluation(model, .test) }
      if task.kind == .distill && task.repetition == 0 {
        try model.write(
          to: inputs.folder.weights(of: task.key), metadata: ["architecture": task.key])
      }
    }
    if task.isRepeated == true && reply.status == .measured {
      reply.repeats = try repeatedEvaluation(task, run.network, reporter).map { [$0] }
    }
    reply.seconds = Date().timeIntervalSince(began)
    return reply
  }

  /// Trains a student once more with another seed and classifies the validation split; nil if that
  /// diverged.
  private func repeatedEvaluation(
    _ task: WorkerTask, _ network: Network, _ reporter: ProgressReporter
  ) throws -> Evaluation? {
    var again = task
    (again.repetition, again.rungs) = (task.repetition + 1, nil)
    let run = try trainingRun(again, network: network)
    guard case .finished(let model) = try run.train(observe: reporter.observe) else { return nil }
    return evaluation(model, .validation)
  }

  /// Classifies the test split with a student's weights.
  private func test(_ task: WorkerTask) throws -> WorkerReply {
    let architecture = try inputs.space.architecture(key: task.key)
    let model = try TrainedModel(
      inputs.network(of: architecture), contentsOf: inputs.folder.weights(of: task.key))
    var reply = WorkerReply(id: task.id, status: .measured)
    reply.test = evaluation(model, .test)
    return reply
  }

  /// Classifies the validation split with a model on its way; returns whether the task goes on.
  private func examine(
    _ model: TrainedModel, after step: Int, for task: WorkerTask, _ reply: inout WorkerReply
  ) -> Bool {
    guard let validation = evaluation(model, .validation) else {
      reply.steps = step
      return false
    }
    if task.variant?.isCut == true {
      // Where the full schedule is broken off, the task is done.
      (reply.status, reply.validation, reply.steps) = (.measured, validation, step)
      return false
    }
    reply.rungs = (reply.rungs ?? []) + [RungEvaluation(step: step, validation: validation)]
    if task.goesOn(with: validation.accuracy, after: step) { return true }
    (reply.status, reply.steps) = (.stopped, step)
    return false
  }

  /// Classifies a split; nil if the logits overflow, which is a divergence too.
  private func evaluation(_ model: TrainedModel, _ split: DatasetSplit) -> Evaluation? {
    let evaluation = model.evaluate(on: split, reader: inputs.reader)
    return evaluation.negativeLogLikelihood.isFinite ? evaluation : nil
  }

  /// Returns the training that a task asks for.
  ///
  /// All flash trials draw the same random numbers (the order of images, the augmentation), and so do a
  /// student and its baseline: what differs between two students is then the students. The seed does not
  /// depend on when or where a task runs, nor on the recipe.
  private func trainingRun(_ task: WorkerTask, network: Network) throws -> TrainingRun {
    let definition = inputs.definition
    let recipe: Recipe
    var stream: RandomStream
    var checkpoint: String?
    var statisticsBatches = definition.flash.statisticsBatches
    var rungs = (task.rungs ?? []).map(\.step)
    switch task.kind {
    case .flash:
      let planned = try (task.variant ?? FlashVariant()).training(
        in: definition, fraction: task.fraction,
        trainingCount: inputs.dataset.count(.training))
      (recipe, statisticsBatches) = (planned.recipe, planned.statisticsBatches)
      if let end = planned.end { rungs = [end] }
      stream =
        task.repetition == 0
        ? RandomStream(seed: definition.seed, purpose: "flash")
        : RandomStream(seed: definition.seed, purpose: "flash", task.repetition)
    case .distill, .baseline, .test:
      let isBaseline = task.kind == .baseline
      recipe = isBaseline ? definition.full.withoutTeacher : definition.full
      stream = RandomStream(seed: definition.seed, purpose: "full", task.repetition)
      try Folder.create(inputs.folder.candidate(task.key))
      checkpoint = inputs.folder.checkpoint(
        of: task.key, repetition: task.repetition, isBaseline: isBaseline)
    }
    return TrainingRun(
      network: network, recipe: recipe, reader: inputs.reader,
      signal: try signal(for: recipe), seed: stream.next(), statisticsBatches: statisticsBatches,
      checkpointPath: checkpoint, rungs: rungs)
  }

  /// Returns what the teacher says in a training; a variant may have another view than the study.
  private func signal(for recipe: Recipe) throws -> TeacherSignal {
    switch recipe.teacherView {
    case .clean: .cached(targets)
    case .augmented:
      .model(
        try teacher ?? TrainedModel(inputs.teacherNetwork, contentsOf: inputs.folder.teacherWeights)
      )
    }
  }

  private static func send(_ reply: WorkerReply) {
    var line: Data
    do {
      line = try JSONEncoder().encode(reply)
    } catch {
      // The parent waits for an answer, whatever it is.
      let failure = WorkerReply(id: reply.id, status: .failed, message: "\(error)")
      line = (try? JSONEncoder().encode(failure)) ?? Data()
    }
    line.append(UInt8(ascii: "\n"))
    do {
      try FileHandle.standardOutput.write(contentsOf: line)
    } catch {
      // The parent has gone.
      exit(0)
    }
  }
}

/// Tells the parent how far a training is, about once a second, and ends the process if it has gone.
private final class ProgressReporter: @unchecked Sendable {
  private let task: Int
  private let parent: pid_t
  private let send: (WorkerReply) -> Void
  private var last = Date()

  init(task: Int, parent: pid_t, send: @escaping (WorkerReply) -> Void) {
    (self.task, self.parent, self.send) = (task, parent, send)
  }

  func observe(_ progress: TrainingRun.Progress) -> Bool {
    guard progress.step % 16 == 0 else { return true }
    if getppid() != parent { exit(0) }
    let now = Date()
    if now.timeIntervalSince(last) > 1 {
      last = now
      send(
        WorkerReply(
          id: task, status: .progress, share: Double(progress.step) / Double(progress.steps)))
    }
    return true
  }
}
