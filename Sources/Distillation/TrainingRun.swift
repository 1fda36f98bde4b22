import Datasets
import FileFormats
import Foundation
import NeuralNetworks
import TensorKernels

/// One training from start to end: a network, a recipe, data, perhaps a teacher, and a seed.
///
/// The result depends on these alone: not on the number of threads, nor on having been interrupted and
/// continued from a checkpoint.
public struct TrainingRun: Sendable {
  public let network: Network
  public let recipe: Recipe
  public var reader: BatchReader
  public let signal: TeacherSignal?
  /// The teacher whose inner outputs the recipe's losses read; nil: the signal's, if it is a network.
  public let featureTeacher: (any FeatureClassifier)?
  public let seed: UInt64
  /// Threads that share a step, at most one a slice.
  public var threads: Int
  /// Batches over which batch-norm statistics are taken again at the end.
  public var statisticsBatches: Int
  /// Where to keep a checkpoint of an unfinished training, or nil.
  public var checkpointPath: String?
  /// The shortest time from one checkpoint to the next.
  var checkpointPause = CheckpointPace.usualPause
  /// After how many steps the model is examined on its way, ascending, below the number of steps. A
  /// run that continues from a checkpoint is not examined again at the rungs before it.
  public var rungs: [Int]
  /// The students that are trained with this one, by the keys that the recipe names.
  public var partners: [String: Network] = [:]

  public init(
    network: Network, recipe: Recipe, reader: BatchReader, signal: TeacherSignal?,
    featureTeacher: (any FeatureClassifier)? = nil, seed: UInt64, threads: Int = 1,
    statisticsBatches: Int, checkpointPath: String? = nil, rungs: [Int] = []
  ) {
    (self.network, self.recipe, self.reader) = (network, recipe, reader)
    (self.signal, self.seed, self.threads) = (signal, seed, threads)
    (self.statisticsBatches, self.checkpointPath) = (statisticsBatches, checkpointPath)
    self.rungs = rungs
    if case .live(let teacher) = signal {
      self.featureTeacher = featureTeacher ?? teacher as? any FeatureClassifier
    } else {
      self.featureTeacher = featureTeacher
    }
  }

  /// How a training ended.
  public enum Outcome: Sendable {
    case finished(TrainedModel)
    /// The loss or a gradient was not finite at this step.
    case diverged(step: Int)
    /// The observer or the examiner asked to stop.
    case stopped
  }

  /// What an observer sees after a step.
  public struct Progress: Hashable, Sendable {
    public let step: Int
    public let steps: Int
    public let loss: Double
    public let accuracy: Double
  }

  /// Trains, with a checkpoint now and then, and one where it is stopped.
  ///
  /// Being examined changes nothing in the result of a run that continues.
  ///
  /// - Parameters:
  ///   - recorder: Records the training's curve; one of its own.
  ///   - observe: Called after every step, by one thread; false stops the run.
  ///   - examine: Called at every rung with the steps done and the model as it would be if this were
  ///     the end, its batch-norm statistics taken again; false stops the run.
  /// - Throws: `FileFormatError` if a checkpoint cannot be written; `LossError` if a loss of the recipe cannot be
  ///   computed for the network and the teacher, or a part that is to stand still is not there.
  public func train(
    recording recorder: CurveRecorder? = nil,
    observe: @escaping @Sendable (Progress) -> Bool = { _ in true },
    examine: (_ step: Int, _ model: TrainedModel) -> Bool = { _, _ in true }
  ) throws -> Outcome {
    let (steps, stepsPerEpoch) = (steps, stepsPerEpoch)
    let lessons = try recipe.lessons(
      of: network, steps: steps, seed: seed, partners: partners, affinity: affinity)
    let stages = TrainingStages(recipe, steps: steps)
    let objective = try RecipeLoss(stages, student: network, teacher: featureTeacher?.network)
    let frozen = try stages.stages.map { try FrozenParts($0.frozen, of: network) }
    let loss = lessons.added(to: objective.loss)
    let plan = TrainingPlan(
      network: network, batch: recipe.batch, slices: recipe.slices,
      features: loss.inputs.features.map(\.node), seed: seed)
    let trainer = Trainer(
      plan: plan, optimizer: recipe.optimizer(for: plan.layout), loss: loss, threads: threads,
      seed: seed,
      peers: lessons.peers)
    let source = BatchSource(
      reader: reader, recipe: recipe, seed: seed, signal: signal,
      features: teacherFeatures(objective))
    let checkpoint = checkpointPath.map { Checkpoint(path: $0, identity: identity) }

    plan.layout.initialize(plan.parameters, seed: seed)
    for peer in trainer.peers { peer.begin(next: plan) }
    var step = checkpoint?.restore(into: trainer, of: steps, recorder) ?? 0
    var pace = CheckpointPace(shortestPause: checkpointPause)
    func keep(_ checkpoint: Checkpoint) throws {
      try pace.write {
        try checkpoint.write(trainer, nextStep: step, recorder)
      }
    }
    var rungs = rungs.filter { $0 > step && $0 < steps }[...]
    while step < steps {
      source.begin(epoch: step / stepsPerEpoch)
      let index = stages.index(ofStep: step)
      let stage = stages.stages[index]
      (source.augmentation, source.mix) = (stage.recipe.augmentation, stage.recipe.mix)
      trainer.resting = RestingValues(nodes: frozen[index].nodes, in: plan.layout)
      let epochEnd = min(stage.steps.upperBound, (step / stepsPerEpoch + 1) * stepsPerEpoch)
      let end = min(epochEnd, rungs.first ?? steps)
      let pause = StepPause(done: step, pace: checkpoint == nil ? nil : pace)
      let divergedAt = trainer.run(
        steps: step..<end,
        rate: stages.rate, progress: { Double($0) / Double(steps) }, fill: source.fill
      ) { report in
        recorder?.add(
          loss: report.loss, accuracy: report.accuracy, done: report.step + 1, of: steps)
        let continues = observe(
          Progress(
            step: report.step, steps: steps, loss: report.loss, accuracy: report.accuracy))
        return pause.take(done: report.step + 1, continues: continues)
      }
      if let divergedAt { return .diverged(step: divergedAt) }
      step = pause.done
      if pause.isStop {
        // At a rung the model has not been examined yet, and would not be in a run that continues here.
        if let checkpoint, step != rungs.first { try keep(checkpoint) }
        return .stopped
      }
      if step == rungs.first {
        rungs.removeFirst()
        let model = interimModel(trainer, source, lessons, afterSteps: step)
        guard model.isFinite else { return .diverged(step: step - 1) }
        guard examine(step, model) else { return .stopped }
      }
      if let checkpoint, step < steps, pace.isDue { try keep(checkpoint) }
    }
    let model = finalModel(trainer, source, lessons, afterSteps: steps)
    // The last step, or what it left of the statistics, may be what blew up.
    return model.isFinite ? .finished(model) : .diverged(step: steps - 1)
  }

  /// Returns what reads the teacher's features, if a loss compares some.
  private func teacherFeatures(_ objective: RecipeLoss) -> TeacherFeatures? {
    let inputs = objective.loss.inputs.teacherFeatures
    guard let featureTeacher, !inputs.isEmpty else { return nil }
    return TeacherFeatures(
      of: featureTeacher, inputs, recipe: recipe, isNeeded: objective.comparesFeatures)
  }

  /// Which classes the teacher mixes up; nil where nothing is learnt from one.
  private var affinity: (@Sendable () -> ClassAffinity)? {
    guard let signal, recipe.usesTeacher else { return nil }
    return { [reader] in signal.classAffinity(reader: reader) }
  }

  /// Takes the batch-norm statistics again, of parts that stood still too, and returns the model with them.
  ///
  /// - Parameter lessons: Say whose weights it has, if not the student's own.
  private func finalModel(
    _ trainer: Trainer, _ source: BatchSource, _ lessons: [Lesson], afterSteps step: Int
  ) -> TrainedModel {
    source.begin(epoch: 0)
    lessons.takeResult(trainer.plan, afterSteps: step)
    trainer.reestimateStatistics(
      steps: min(statisticsBatches, stepsPerEpoch), fill: source.fillClean)
    return TrainedModel(trainer.plan)
  }

  /// Returns the model as it would be if this were the end, and puts the plan back as it was.
  private func interimModel(
    _ trainer: Trainer, _ source: BatchSource, _ lessons: [Lesson], afterSteps step: Int
  ) -> TrainedModel {
    // Norms take their moments around the running means, whose bits are therefore part of the result.
    let before = TrainedModel(trainer.plan)
    defer { before.copy(to: trainer.plan) }
    return finalModel(trainer, source, lessons, afterSteps: step)
  }

  /// Steps of the whole training.
  public var steps: Int { recipe.steps(trainingCount: recipe.trainingCount(of: reader.dataset)) }

  private var stepsPerEpoch: Int {
    recipe.stepsPerEpoch(trainingCount: recipe.trainingCount(of: reader.dataset))
  }

  /// Everything that the run depends on; a checkpoint of another one is not continued.
  package var identity: String {
    let teacher = signal?.contentHash ?? "none"
    var text =
      "\(network.identity)|\(recipe.identity)|\(reader.dataset.contentHash)|\(teacher)|\(seed)|\(statisticsBatches)"
    if recipe.comparesFeatures { text += "|features \(featureTeacher?.contentHash ?? "none")" }
    return ContentHash.hexadecimal(
      of: (rungs.isEmpty ? text : "\(text)|\(rungs)") + partnersIdentity)
  }
}
