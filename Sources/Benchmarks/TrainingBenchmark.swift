import Foundation
import NeuralNetworks
import TensorKernels

/// How a network's training is timed.
package struct TrainingBenchmark {
  /// Images a step.
  package let batch: Int
  package let threads: Int
  /// The least time to measure for.
  let seconds: Double
  /// Called once warm, before anything counts; it may wait.
  let whenWarm: @Sendable () -> Void

  package init(
    batch: Int, threads: Int, seconds: Double, whenWarm: @escaping @Sendable () -> Void = {}
  ) {
    (self.batch, self.threads, self.seconds) = (batch, threads, seconds)
    self.whenWarm = whenWarm
  }

  private static let fewestSteps = 30
  private static let loss = LossWeights(distillation: 0.9, temperature: 4, labelSmoothing: 0)

  /// Trains `reference` on made-up images: a warm-up, the timed steps, and some more for the kernels.
  ///
  /// The kernels are timed apart because their clock takes a little time of its own.
  package func measure(_ reference: ReferenceNetwork) throws -> TrainingMeasurement {
    ProcessMemory.resetPeak()
    let network = try reference.network()
    let images = try MadeUpImages(
      shape: network.inputShape, classes: network.outputShape.channels, batch: batch)
    let plan = TrainingPlan(network: network, batch: batch, slices: min(threads, batch))
    plan.layout.initialize(plan.parameters, seed: 1)
    let optimizer = Optimizer(
      rule: .sgd(momentum: 0.9, nesterov: false), weightDecay: 1e-4, clipNorm: nil,
      layout: plan.layout)
    let trainer = Trainer(
      plan: plan, optimizer: optimizer, loss: LogitLoss(TrainingBenchmark.loss), threads: threads)

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
      steps: steps.count, meanSeconds: steps.mean, medianSeconds: steps.median,
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
      fill: images.fill
    ) { _ in goesOn() }
    if let divergedAt { throw BenchmarkError.diverged(step: divergedAt) }
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
