import Foundation
import Synchronization
import TensorKernels
import Testing

@testable import NeuralNetworks

/// A toy problem: 6×6 images of upright or lying stripes under noise, and which of the two they are.
private enum Stripes {
  static let image = TensorShape(height: 6, width: 6, channels: 2)
  static let batch = 8
  static let loss = LossWeights(distillation: 0, temperature: 1, labelSmoothing: 0)

  static func network() throws -> Network {
    var builder = NetworkBuilder(input: image)
    try builder.appendUnit(kernel: 3, stride: 1, channels: 6, .relu)
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 2))
    return try builder.network()
  }

  static func value(step: Int, image n: Int, _ i: Int) -> Float {
    let pixel = i / image.channels
    let (row, column) = (pixel / image.width, pixel % image.width)
    let stripe = (n % 2 == 0 ? row : column) % 2 == 0 ? 1.0 : -1.0
    return Float(stripe + 0.5 * TrainingTrace.chirp(n * image.elementCount + i, step))
  }

  static func fill(_ slice: TrainingSlice) {
    let elements = image.elementCount
    for (place, n) in slice.range.enumerated() {
      for i in 0..<elements {
        slice.images[place * elements + i] = value(step: slice.step, image: n, i)
      }
      slice.labels[place] = Int32(n % 2)
      // Without distillation nobody may read the teacher.
      for c in 0..<2 { slice.teacher[place * 2 + c] = .nan }
    }
  }
}

@Suite("a trainer")
struct TrainerTests {
  private func trainer(
    _ rule: OptimizerRule = .sgd(momentum: 0.9, nesterov: true), network: Network? = nil,
    slices: Int = 2, threads: Int = 2
  ) throws -> Trainer {
    let network = try network ?? Stripes.network()
    let plan = TrainingPlan(network: network, batch: Stripes.batch, slices: slices)
    plan.layout.initialize(plan.parameters, seed: 7)
    let optimizer = Optimizer(rule: rule, weightDecay: 1e-4, clipNorm: 5, layout: plan.layout)
    return Trainer(
      plan: plan, optimizer: optimizer, loss: LogitLoss(Stripes.loss), threads: threads)
  }

  private func parameters(_ trainer: Trainer) -> [Float] {
    Array(
      UnsafeBufferPointer(
        start: trainer.plan.parameters, count: trainer.plan.layout.parameterFloats))
  }

  private func statistics(_ trainer: Trainer) -> [Float] {
    Array(
      UnsafeBufferPointer(
        start: trainer.plan.statistics, count: trainer.plan.layout.statisticFloats))
  }

  /// Runs steps and returns their reports; `goesOn` decides after each.
  private func run(
    _ trainer: Trainer, steps: Range<Int>, rate: Double = 0.05,
    fill: @escaping @Sendable (TrainingSlice) -> Void = Stripes.fill,
    goesOn: @escaping @Sendable (StepReport) -> Bool = { _ in true }
  ) -> (reports: [StepReport], divergedAt: Int?) {
    let reports = Mutex<[StepReport]>([])
    let divergedAt = trainer.run(
      steps: steps, rate: { _ in rate }, fill: fill
    ) { report in
      reports.withLock { $0.append(report) }
      return goesOn(report)
    }
    return (reports.withLock { $0 }, divergedAt)
  }

  @Test(
    "learns a toy problem",
    arguments: [
      (.sgd(momentum: 0.9, nesterov: true), 0.05),
      (.adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), 0.02),
    ] as [(OptimizerRule, Double)])
  func learning(rule: OptimizerRule, rate: Double) throws {
    let (reports, divergedAt) = run(try trainer(rule), steps: 0..<60, rate: rate)
    #expect(divergedAt == nil)
    #expect(reports.map(\.step) == Array(0..<60))
    let first = try #require(reports.first)
    let last = reports.suffix(5)
    #expect(last.allSatisfy { $0.loss < 0.2 * first.loss })
    #expect(last.allSatisfy { $0.accuracy == 1 })
    #expect(reports.allSatisfy { $0.gradientNorm > 0 && $0.gradientNorm.isFinite })
  }

  @Test("trains the head of a network whose body gives zeros, and moves no norm before")
  func deadBody() throws {
    var builder = NetworkBuilder(input: Stripes.image)
    try builder.appendUnit(kernel: 3, stride: 1, channels: 6, .relu)
    try builder.append(.zero)
    try builder.append(.batchNorm)
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 2))
    let trainer = try trainer(network: try builder.network())
    let layout = trainer.plan.layout
    func values(_ role: ParameterLayout.Role, of node: Int) -> [Float] {
      let tensor = layout.tensor(role, of: node)
      return Array(parameters(trainer)[tensor.offset..<tensor.offset + tensor.count])
    }
    // All that can be learnt without the image is that the first class is the more frequent one.
    let (reports, divergedAt) = run(trainer, steps: 0..<60) { slice in
      Stripes.fill(slice)
      for (place, n) in slice.range.enumerated() { slice.labels[place] = n == 0 ? 1 : 0 }
    }
    #expect(divergedAt == nil)
    // The entropy of one label in eight, in nats, to which weight decay adds little.
    let entropy = -(0.125 * log(0.125) + 0.875 * log(0.875))
    #expect(reports[0].loss > entropy + 0.1)
    #expect(abs(reports[59].loss - entropy) < 0.01)
    // The norm before the zeros is as it began; the one behind learns its shift only.
    #expect(values(.shift, of: 2) == Array(repeating: 0, count: 6))
    #expect(values(.scale, of: 2) == Array(repeating: 1, count: 6))
    #expect(values(.scale, of: 5) == Array(repeating: 1, count: 6))
    #expect(values(.shift, of: 5).contains { $0 != 0 })
  }

  @Test("asks for the rate of each step")
  func rates() throws {
    // A rate of zero leaves all as it is; the third step alone moves.
    let trainer = try trainer()
    let before = parameters(trainer)
    let moved = Mutex<[Bool]>([])
    trainer.run(
      steps: 0..<3, rate: { $0 == 2 ? 0.1 : 0 }, fill: Stripes.fill
    ) { report in
      moved.withLock { $0.append(self.parameters(trainer) != before) }
      return true
    }
    #expect(moved.withLock { $0 } == [false, false, true])
  }

  @Test("ends after the step whose report is answered with false")
  func stopping() throws {
    let stopped = try trainer()
    let (reports, divergedAt) = run(stopped, steps: 0..<20, goesOn: { $0.step < 2 })
    #expect(reports.map(\.step) == [0, 1, 2])
    #expect(divergedAt == nil)
    let whole = try trainer()
    _ = run(whole, steps: 0..<3)
    #expect(parameters(stopped) == parameters(whole))
  }

  @Test("continues where an earlier run ended")
  func resumption() throws {
    let (parts, whole) = (try trainer(), try trainer())
    let first = run(parts, steps: 0..<4).reports
    let second = run(parts, steps: 4..<9).reports
    #expect(first + second == run(whole, steps: 0..<9).reports)
    #expect(parameters(parts) == parameters(whole))
    #expect(statistics(parts) == statistics(whole))
  }

  @Test("tells the first step that diverged, and keeps the parameters from before it")
  func divergence() throws {
    let diverging = try trainer()
    let (reports, divergedAt) = run(
      diverging, steps: 0..<20,
      fill: { slice in
        Stripes.fill(slice)
        if slice.step == 3 && slice.range.contains(5) { slice.images[0] = .nan }
      })
    #expect(divergedAt == 3)
    #expect(reports.map(\.step) == [0, 1, 2])
    let whole = try trainer()
    _ = run(whole, steps: 0..<3)
    #expect(parameters(diverging) == parameters(whole))
  }

  @Test("has no more threads than slices, and leaves the same bits with any number")
  func threads() throws {
    let one = try trainer(slices: 3, threads: 1)
    let reports = run(one, steps: 0..<5).reports
    for threads in [2, 8] {
      let many = try trainer(slices: 3, threads: threads)
      #expect(run(many, steps: 0..<5).reports == reports)
      #expect(parameters(many) == parameters(one))
    }
  }

  @Test("re-estimates statistics as the mean over batches, whatever they were", arguments: [1, 6])
  func statisticsOfData(batches: Int) throws {
    // A norm on the images themselves: their statistics are known without a network.
    var builder = NetworkBuilder(input: Stripes.image)
    try builder.append(.batchNorm)
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 2))
    let trainer = try trainer(network: try builder.network())
    trainer.plan.statistics.update(repeating: 4, count: trainer.plan.layout.statisticFloats)
    let before = parameters(trainer)
    trainer.reestimateStatistics(steps: batches, fill: Stripes.fill)
    #expect(parameters(trainer) == before)

    let layout = trainer.plan.layout
    for c in 0..<Stripes.image.channels {
      var (means, variances) = (0.0, 0.0)
      for step in 0..<batches {
        let values = (0..<Stripes.batch).flatMap { n in
          stride(from: c, to: Stripes.image.elementCount, by: Stripes.image.channels).map {
            Double(Stripes.value(step: step, image: n, $0))
          }
        }
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        means += mean / Double(batches)
        // The unbiased estimate, as PyTorch keeps it.
        variances +=
          values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1) / Double(batches)
      }
      let mean = trainer.plan.statistics[layout.tensor(.runningMean, of: 1).offset + c]
      let variance = trainer.plan.statistics[layout.tensor(.runningVariance, of: 1).offset + c]
      // Values of order 1 in single precision, updated a few times.
      #expect(abs(Double(mean) - means) < 2e-6)
      #expect(abs(Double(variance) - variances) < 2e-6)
    }
  }

  @Test("re-estimates the statistics of deep norms as the mean over single batches")
  func deepStatistics() throws {
    let network = try TestGraph.preactivation.network()
    @Sendable func fill(_ slice: TrainingSlice) {
      let elements = TestGraph.image.elementCount
      for (place, n) in slice.range.enumerated() {
        for i in 0..<elements {
          slice.images[place * elements + i] = Float(
            TrainingTrace.chirp(n * elements + i, 100 + slice.step))
        }
      }
    }
    let together = try trainer(network: network)
    together.reestimateStatistics(steps: 4, fill: fill)
    var sum = [Double](repeating: 0, count: together.plan.layout.statisticFloats)
    for step in 0..<4 {
      let alone = try trainer(network: network)
      alone.reestimateStatistics(steps: 1) { slice in
        fill(
          TrainingSlice(
            step: step, range: slice.range, images: slice.images, labels: slice.labels,
            teacher: slice.teacher))
      }
      for (i, value) in statistics(alone).enumerated() { sum[i] += Double(value) / 4 }
    }
    for (value, expected) in zip(statistics(together), sum) {
      #expect(abs(Double(value) - expected) < 1e-5 * max(1, abs(expected)))
    }
  }
}
