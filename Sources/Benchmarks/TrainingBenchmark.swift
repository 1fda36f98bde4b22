import Distillation
import FileFormats
import Foundation
import NeuralNetworks
import RandomStreams
import TensorKernels

/// How a network's training is timed.
package struct TrainingBenchmark {
  /// Images a step; nil for as many as the network is trained with.
  let batch: Int?
  package let threads: Int
  /// The least time to measure for.
  let seconds: Double
  /// What is added to the loss of labels and teacher's logits.
  let losses: [LossTerm]
  /// Called once warm, before anything counts; it may wait.
  let whenWarm: @Sendable () -> Void

  package init(
    batch: Int? = nil, threads: Int, seconds: Double, losses: [LossTerm] = [],
    whenWarm: @escaping @Sendable () -> Void = {}
  ) {
    (self.batch, self.threads, self.seconds) = (batch, threads, seconds)
    (self.losses, self.whenWarm) = (losses, whenWarm)
  }

  private static let fewestSteps = 30
  /// The steps of the training that losses think they are in.
  private static let steps = 100_000

  /// Trains `reference` on made-up images: a warm-up, the timed steps, and some more for the kernels.
  ///
  /// The kernels are timed apart because their clock takes a little time of its own. Losses on features compare with
  /// made-up ones of the teacher T for the same images, whose own run is not part of a step.
  ///
  /// - Throws: `LossError` for a loss that cannot be computed between `reference` and T.
  package func measure(_ reference: ReferenceNetwork) throws -> TrainingMeasurement {
    ProcessMemory.resetPeak()
    let network = try reference.network()
    let batch = batch ?? reference.batch
    let images = try MadeUpImages(
      shape: network.inputShape, classes: network.outputShape.channels, batch: batch)
    let teacher = try ReferenceNetwork.teacher.network(
      input: network.inputShape, classes: network.outputShape.channels)
    let (loss, comparisons) = try recipe(batch: batch).trainingLoss(
      student: network, teacher: teacher, steps: TrainingBenchmark.steps)
    let plan = TrainingPlan(
      network: network, batch: batch, slices: min(threads, batch),
      features: loss.inputs.features.map(\.node))
    plan.layout.initialize(plan.parameters, seed: 1)
    let optimizer = Optimizer(
      rule: .sgd(momentum: 0.9, nesterov: false), weightDecay: 1e-4, clipNorm: nil,
      layout: plan.layout)
    let trainer = Trainer(
      plan: plan, optimizer: optimizer, loss: loss, threads: threads)

    let steps = StepTimes(
      warmUpSteps: 5, warmUpSeconds: 0.5, fewest: TrainingBenchmark.fewestSteps,
      seconds: seconds, whenWarm: whenWarm)
    try train(trainer, images, goesOn: steps.tick)
    let peakMemoryBytes = ProcessMemory.peakBytes

    let clock = KernelClock(threads: threads)
    let clocked = StepTimes(
      warmUpSteps: 0, warmUpSeconds: 0, fewest: 10, seconds: min(1, seconds))
    plan.clock = clock
    try train(trainer, images, goesOn: clocked.tick)
    plan.clock = nil

    return TrainingMeasurement(
      network: reference.rawValue, cost: TrainingCost(network), batch: batch, threads: threads,
      comparisons: comparisons, steps: steps.count, meanSeconds: steps.mean,
      medianSeconds: steps.median,
      peakMemoryBytes: peakMemoryBytes, arenaBytes: plan.arenaBytes,
      kernelMilliseconds: clock.nanoseconds.mapValues {
        Double($0) / 1e6 / Double(clocked.count)
      })
  }

  private func train(
    _ trainer: Trainer, _ images: MadeUpImages, goesOn: @escaping @Sendable () -> Bool
  ) throws {
    let divergedAt = trainer.run(
      steps: 0..<Int(Int32.max), rate: { _ in 1e-3 },
      progress: { Double($0 % TrainingBenchmark.steps) / Double(TrainingBenchmark.steps) },
      fill: { slice in
        images.fill(slice)
        if slice.step == 0 { TrainingBenchmark.fillFeatures(slice, of: trainer.loss) }
      }
    ) { _ in goesOn() }
    if let divergedAt { throw BenchmarkError.diverged(step: divergedAt) }
  }
}

extension TrainingBenchmark {
  /// Distillation as in studies, and the losses to be measured.
  private func recipe(batch: Int) -> Recipe {
    var recipe = Recipe(
      epochs: 1, batch: batch, weightDecay: 1e-4,
      schedule: LearningRateSchedule(
        shape: .constant, peakRate: 1e-3, warmupShare: 0, finalShare: 1),
      loss: LossWeights(distillation: 0.9, temperature: 4, labelSmoothing: 0))
    recipe.losses = losses
    return recipe
  }

  /// Makes up features of the teacher, which stay for all steps.
  private static func fillFeatures(_ slice: TrainingSlice, of loss: any TrainingLoss) {
    var stream = RandomStream(seed: 1, purpose: "made-up features", slice.range.lowerBound)
    for (values, feature) in zip(slice.teacherFeatures, loss.inputs.teacherFeatures) {
      for i in 0..<slice.range.count * feature.elementCount {
        // What follows a rectifier.
        values[i] = Float(max(0, stream.normal()))
      }
    }
  }
}

/// A benchmark that came to nothing.
package enum BenchmarkError: Error, CustomStringConvertible {
  case diverged(step: Int)

  package var description: String {
    switch self {
    case .diverged(let step):
      "the benchmark's training diverged at step \(step); its time would mean nothing"
    }
  }
}
