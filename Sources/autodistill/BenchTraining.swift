import Foundation
import NeuralNetworks
import TensorKernels

/// How a network's training is timed.
struct TrainingBenchmark {
  /// Images a step.
  let batch: Int
  let threads: Int
  /// The least time to measure for.
  let seconds: Double
  /// Whether to wait, once warm, for a line of input.
  let awaitsStart: Bool

  private static let fewestSteps = 30
  private static let loss = LossWeights(distillation: 0.9, temperature: 4, labelSmoothing: 0)

  /// Trains `reference` on made-up images: a warm-up, the timed steps, and some more for the kernels.
  ///
  /// The kernels are timed apart because their clock takes a little time of its own.
  func measure(_ reference: ReferenceNetwork) throws -> TrainingMeasurement {
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
      seconds: seconds, awaitsStart: awaitsStart)
    try train(trainer, images, goesOn: steps.tick)
    let peakMemoryBytes = ProcessMemory.peakBytes

    let clock = KernelClock(threads: threads)
    let clocked = StepTimes(
      warmUpSteps: 0, warmUpSeconds: 0, fewest: 10, seconds: min(1, seconds), awaitsStart: false)
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
      steps: 0..<Int(Int32.max), rate: { _ in 1e-3 }, fill: images.fill
    ) { _ in goesOn() }
    if let divergedAt { throw BenchError.diverged(step: divergedAt) }
  }
}

/// A benchmark that came to nothing.
enum BenchError: Error, CustomStringConvertible {
  case diverged(step: Int)

  var description: String {
    switch self {
    case .diverged(let step):
      "the benchmark's training diverged at step \(step); its time would mean nothing"
    }
  }
}

/// What training on one image costs.
struct TrainingCost {
  let parameters: Int
  /// Of the forward pass; a multiply–add counts once.
  let macs: Int
  /// Of all three passes; a multiply–add counts twice. No gradient leads to the image, so the first
  /// convolution has two.
  let flops: Int
  /// Floats that pass through memory: what norms hold back is written in the forward pass, and read behind
  /// the norm in both passes.
  private let activationFloats: Int

  init(_ network: Network) {
    let costs = NetworkCosts(network)
    (parameters, macs) = (costs.parameters, costs.macs)
    flops = 2 * InferenceGraph(network).trainingMACs
    activationFloats = 3 * network.floatsHeldBackByNorms
  }

  /// The bytes that a step moves at least; parameters, gradients and momenta are read and written once.
  func bytes(batch: Int) -> Int { 4 * (batch * activationFloats + 6 * parameters) }

  /// Returns the shortest time of a step by the roofline model: that of the arithmetic at the machine's
  /// peak or of the bytes at its bandwidth, whichever is longer.
  ///
  /// Source: Williams, Waterman and Patterson, CACM 52(4), 2009, doi:10.1145/1498765.1498785.
  func shortestSeconds(batch: Int, _ peak: MachinePeaks.Rates) -> Double {
    max(
      Double(batch * flops) / (peak.gflops * 1e9),
      Double(bytes(batch: batch)) / (peak.gigabytesPerSecond * 1e9))
  }
}

/// Takes the time from step to step, after a warm-up.
private final class StepTimes: @unchecked Sendable {
  private let warmUpSteps: Int
  private let warmUpSeconds: Double
  private let fewest: Int
  private let seconds: Double
  private let awaitsStart: Bool

  private let created = StepTimes.now
  private var ticks = 0
  private var isWarm: Bool
  private var last = StepTimes.now
  private var times: [Double] = []
  private var total = 0.0

  /// Creates a stopwatch for at least `fewest` steps and `seconds`.
  init(
    warmUpSteps: Int, warmUpSeconds: Double, fewest: Int, seconds: Double, awaitsStart: Bool
  ) {
    (self.warmUpSteps, self.warmUpSeconds) = (warmUpSteps, warmUpSeconds)
    (self.fewest, self.seconds, self.awaitsStart) = (fewest, seconds, awaitsStart)
    isWarm = warmUpSteps == 0
  }

  /// Counts a step; false when there are enough. One thread calls it.
  func tick() -> Bool {
    ticks += 1
    if isWarm {
      let time = StepTimes.now - last
      times.append(time)
      total += time
    } else if ticks >= warmUpSteps && StepTimes.now - created >= warmUpSeconds {
      isWarm = true
      if awaitsStart {
        Terminal.log("ready")
        _ = readLine()
      }
    }
    last = StepTimes.now
    return times.count < fewest || total < seconds
  }

  var count: Int { times.count }
  var mean: Double { total / Double(times.count) }
  var median: Double { times.sorted()[times.count / 2] }

  private static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
}
