import TensorKernels
import Testing

@testable import NeuralNetworks

@Suite("what stands still in a training")
struct RestingValuesTests {
  private static func network() throws -> Network {
    var builder = NetworkBuilder(input: TensorShape(height: 8, width: 8, channels: 1))
    try builder.appendNormed(kernel: 3, stride: 1, channels: 5, activation: .relu)
    try builder.appendNormed(kernel: 3, stride: 2, channels: 7, activation: .relu)
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 3))
    return try builder.network()
  }

  private static let rules: [OptimizerRule] = [
    .sgd(momentum: 0.9, nesterov: true), .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8),
  ]

  /// Returns parameters and statistics before and after some steps on made-up images.
  private func train(
    _ rule: OptimizerRule, resting nodes: Range<Int>, threads: Int = 1
  ) throws -> (before: [[Float]], after: [[Float]], layout: ParameterLayout) {
    let plan = TrainingPlan(network: try Self.network(), batch: 6, slices: 3)
    plan.layout.initialize(plan.parameters, seed: 3)
    let trainer = Trainer(
      plan: plan,
      optimizer: Optimizer(rule: rule, weightDecay: 0.1, clipNorm: 0.5, layout: plan.layout),
      loss: LogitLoss(LossWeights(distillation: 0, temperature: 1, labelSmoothing: 0)),
      threads: threads)
    func values() -> [[Float]] {
      [
        Array(UnsafeBufferPointer(start: plan.parameters, count: plan.layout.parameterFloats)),
        Array(UnsafeBufferPointer(start: plan.statistics, count: plan.layout.statisticFloats)),
      ]
    }
    func run(_ steps: Range<Int>) {
      trainer.run(
        steps: steps, rate: { _ in 0.05 },
        fill: { slice in
          for (place, image) in slice.range.enumerated() {
            for i in 0..<64 {
              slice.images[place * 64 + i] = Float((i * (image + 3) + slice.step) % 7) - 3
            }
            slice.labels[place] = Int32(image % 3)
          }
        }, report: { _ in true })
    }
    // Momentum of what is to rest, which must not move it on.
    run(0..<3)
    trainer.resting = RestingValues(nodes: Set(nodes), in: plan.layout)
    let before = values()
    run(3..<8)
    return (before, values(), plan.layout)
  }

  @Test(
    "is the same, bit for bit, after steps with momentum and decay, and the rest has moved",
    arguments: rules)
  func rests(rule: OptimizerRule) throws {
    let nodes = 1..<4
    let (before, after, layout) = try train(rule, resting: nodes)
    for (list, place) in [(layout.parameters, 0), (layout.statistics, 1)] {
      for tensor in list {
        let range = tensor.offset..<tensor.offset + tensor.count
        let isSame = before[place][range] == after[place][range]
        #expect(isSame == nodes.contains(tensor.node), "\(tensor.name)")
      }
    }
  }

  @Test("is the same with any number of threads", arguments: rules)
  func threads(rule: OptimizerRule) throws {
    let one = try train(rule, resting: 4..<7)
    let three = try train(rule, resting: 4..<7, threads: 3)
    #expect(one.after == three.after)
  }

  @Test("leaves of a range what moves, in order")
  func moving() throws {
    let layout = ParameterLayout(try Self.network())
    let all = 0..<layout.parameterFloats
    #expect(RestingValues.none.moving(in: all) == [all])
    let everything = RestingValues(nodes: Set(1..<9), in: layout)
    #expect(everything.moving(in: all).isEmpty)
    #expect(everything.moving(in: layout.decayedFloats..<layout.parameterFloats).isEmpty)
    // The second convolution: the weights before and behind it, and all norms and biases.
    let middle = RestingValues(nodes: [4], in: layout)
    let weight = layout.tensor(.weight, of: 4)
    let end = weight.offset + (weight.count + 15) / 16 * 16
    #expect(middle.parameters == [weight.offset..<end])
    let rest = [0..<weight.offset, end..<layout.decayedFloats]
    #expect(middle.moving(in: 0..<layout.decayedFloats) == rest)
  }
}
