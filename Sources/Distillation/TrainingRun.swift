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
  public let reader: BatchReader
  public let signal: TeacherSignal?
  public let seed: UInt64
  /// Threads that share a step, at most one a slice.
  public var threads: Int
  /// Batches over which batch-norm statistics are taken again at the end.
  public var statisticsBatches: Int
  /// Where to keep a checkpoint after an epoch, or nil.
  public var checkpointPath: String?

  public init(
    network: Network, recipe: Recipe, reader: BatchReader, signal: TeacherSignal?, seed: UInt64,
    threads: Int = 1, statisticsBatches: Int, checkpointPath: String? = nil
  ) {
    (self.network, self.recipe, self.reader) = (network, recipe, reader)
    (self.signal, self.seed, self.threads) = (signal, seed, threads)
    (self.statisticsBatches, self.checkpointPath) = (statisticsBatches, checkpointPath)
  }

  /// How a training ended.
  public enum Outcome: Sendable {
    case finished(TrainedModel)
    /// The loss or a gradient was not finite at this step.
    case diverged(step: Int)
    /// The observer asked to stop.
    case stopped
  }

  /// What an observer sees after a step.
  public struct Progress: Hashable, Sendable {
    public let step: Int
    public let steps: Int
    public let loss: Double
    public let accuracy: Double
  }

  /// A checkpoint is written at the end of an epoch if this long has passed since the last.
  private static let checkpointSeconds = 10.0

  /// Trains.
  ///
  /// - Parameter observe: Called after every step, by one thread; false stops the run, keeping the last
  ///   checkpoint.
  /// - Throws: `FileFormatError` if a checkpoint cannot be written.
  public func train(
    observe: @escaping @Sendable (Progress) -> Bool = { _ in true }
  ) throws -> Outcome {
    let count = reader.dataset.count(.training)
    let steps = recipe.steps(trainingCount: count)
    let stepsPerEpoch = recipe.stepsPerEpoch(trainingCount: count)
    let plan = TrainingPlan(
      network: network, batch: recipe.batch, slices: recipe.slices, seed: seed)
    let optimizer = Optimizer(
      rule: recipe.optimizer, weightDecay: Float(recipe.weightDecay),
      clipNorm: recipe.clipNorm.map { Float($0) }, layout: plan.layout)
    let trainer = Trainer(plan: plan, optimizer: optimizer, threads: threads)
    let source = BatchSource(reader: reader, recipe: recipe, seed: seed, signal: signal)
    let checkpoint = checkpointPath.map { Checkpoint(path: $0, identity: identity) }

    plan.layout.initialize(plan.parameters, seed: seed)
    var step = checkpoint?.restore(into: plan, optimizer: optimizer) ?? 0
    var lastCheckpoint = Date()
    let stopped = StopFlag()
    while step < steps {
      source.begin(epoch: step / stepsPerEpoch)
      let end = min(steps, (step / stepsPerEpoch + 1) * stepsPerEpoch)
      let divergedAt = trainer.run(
        steps: step..<end, loss: recipe.loss,
        rate: { recipe.schedule.rate(step: $0, of: steps) }, fill: source.fill
      ) { report in
        let goesOn = observe(
          Progress(
            step: report.step, steps: steps, loss: report.loss, accuracy: report.accuracy))
        if !goesOn { stopped.isSet = true }
        return goesOn
      }
      if let divergedAt { return .diverged(step: divergedAt) }
      if stopped.isSet { return .stopped }
      step = end
      if let checkpoint, step < steps,
        Date().timeIntervalSince(lastCheckpoint) > TrainingRun.checkpointSeconds
      {
        try checkpoint.write(plan, optimizer: optimizer, nextStep: step)
        lastCheckpoint = Date()
      }
    }
    source.begin(epoch: 0)
    trainer.reestimateStatistics(
      steps: min(statisticsBatches, stepsPerEpoch), fill: source.fillClean)
    // The last step, or what it left of the statistics, may be what blew up.
    let model = TrainedModel(plan)
    return model.isFinite ? .finished(model) : .diverged(step: steps - 1)
  }

  /// Everything that the result depends on; a checkpoint of another run is not continued.
  var identity: String {
    let teacher =
      switch signal {
      case .none: "none"
      case .cached(let targets): targets.contentHash
      case .model(let model): model.contentHash
      }
    return ContentHash.hexadecimal(
      of:
        "\(network.identity)|\(recipe.identity)|\(reader.dataset.contentHash)|\(teacher)|\(seed)|\(statisticsBatches)"
    )
  }
}

/// Set by the thread that reports steps, read after the team has met.
private final class StopFlag: @unchecked Sendable {
  var isSet = false
}
