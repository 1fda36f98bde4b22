import RandomStreams
import TensorKernels
import Testing

@testable import NeuralNetworks

@Suite("the units of training")
struct TrainingUnitTests {
  private func units(
    streaming: Bool = true, _ build: (inout NetworkBuilder) throws -> Void
  ) throws -> [TrainingUnit] {
    var builder = NetworkBuilder(input: TensorShape(height: 6, width: 6, channels: 3))
    try build(&builder)
    try builder.append(.dense(channels: 2))
    return try builder.network().trainingUnits(streaming: streaming)
  }

  @Test("take an inverted residual with its gate for one, and a head with its mean")
  func chains() throws {
    let units = try units { builder in
      try builder.appendUnit(kernel: 3, stride: 1, channels: 4, .relu)  // 1, 2, 3
      try builder.appendInvertedResidual(
        channels: 4, kernel: 3, stride: 1, expansion: 2, .hardSwish, squeezes: true)  // 4…13
      try builder.appendUnit(kernel: 1, stride: 1, channels: 8, .relu6)  // 14, 15, 16
      try builder.append(.globalAveragePool)  // 17
    }
    #expect(units.count == 4)
    #expect(units[0].chain == nil)
    #expect(
      units[1].chain
        == .bottleneck(
          expansion: TrainingUnit.Expansion(convolution: 4, norm: 5, activation: .hardSwish),
          TrainingUnit.Depthwise(convolution: 7, norm: 8, activation: .hardSwish, squeeze: 10)))
    #expect(units[1].inputs == [3])
    #expect(units[1].group == FusedGroup(head: 11, norm: 12, add: 13, addend: 3, output: 13))
    #expect(
      units[2].chain
        == .pooledExpansion(
          TrainingUnit.Expansion(convolution: 14, norm: 15, activation: .relu6)))
    #expect(units[2].group == FusedGroup(head: 17, output: 17))
    #expect(units[3].chain == nil)
  }

  @Test("take grouped convolutions and shuffles one by one")
  func groups() throws {
    let units = try units { builder in
      try builder.appendUnit(kernel: 3, stride: 1, channels: 6, .relu)
      try builder.appendGroupedBottleneck()
      try builder.append(.globalAveragePool)
    }
    #expect(units.allSatisfy { $0.chain == nil })
    #expect(units.count == 7)
  }

  @Test("are the fused groups without streaming")
  func withoutStreaming() throws {
    let units = try units(streaming: false) { builder in
      try builder.appendInvertedResidual(
        channels: 4, kernel: 3, stride: 1, expansion: 2, .hardSwish)
      try builder.append(.globalAveragePool)
    }
    #expect(units.allSatisfy { $0.chain == nil })
    #expect(units.count == 5)
  }

  @Test("leave a wide tensor alone that somebody else reads")
  func otherReaders() throws {
    let units = try units { builder in
      try builder.appendUnit(kernel: 1, stride: 1, channels: 8, .relu)
      let wide = builder.current
      try builder.append(.depthwiseConvolution(kernel: 3, stride: 1))
      try builder.append(.batchNorm)
      try builder.append(.activation(.relu))
      try builder.add(wide)
      try builder.appendUnit(kernel: 1, stride: 1, channels: 4, .identity)
      try builder.append(.globalAveragePool)
    }
    for unit in units {
      if case .bottleneck = unit.chain { Issue.record("a tensor that is added was streamed") }
    }
  }

  @Test("leave a bottleneck alone that lacks a norm")
  func withoutNorm() throws {
    let units = try units { builder in
      try builder.append(.convolution(kernel: 1, stride: 1, channels: 8, bias: true))
      try builder.append(.depthwiseConvolution(kernel: 3, stride: 1))
      try builder.append(.activation(.relu))
      try builder.append(.convolution(kernel: 1, stride: 1, channels: 4, bias: false))
      try builder.append(.batchNorm)
    }
    #expect(units.allSatisfy { $0.chain == nil })
  }
}

@Suite("streaming")
struct StreamingTests {
  /// A step of a plan on made-up data: logits, gradient and running statistics.
  private func step(
    _ network: Network, streaming: Bool, slices: Int = 1
  ) -> (logits: [Float], gradient: [Float], statistics: [Float]) {
    let batch = 7
    let plan = TrainingPlan(
      network: network, batch: batch, slices: slices, seed: 1, streaming: streaming)
    plan.layout.initialize(plan.parameters, seed: 3)
    var stream = RandomStream(seed: 4, purpose: "images")
    for (slice, range) in plan.sliceRanges.enumerated() {
      for i in 0..<range.count * network.inputShape.elementCount {
        plan.input(slice: slice)[i] = Float(stream.normal())
      }
    }
    let team = WorkerTeam(threadCount: 1)
    plan.forward(thread: 0, team: team, step: 0, momentum: 0.1)
    let logits = plan.allLogits
    for (slice, range) in plan.sliceRanges.enumerated() {
      for i in 0..<range.count * network.outputShape.channels {
        plan.logitsGradient(slice: slice)[i] = Float(stream.normal())
      }
    }
    plan.backward(thread: 0, team: team, step: 0)
    plan.reduceGradients()
    return (
      logits, (0..<plan.layout.parameterFloats).map { plan.gradient[$0] },
      (0..<plan.layout.statisticFloats).map { plan.statistics[$0] }
    )
  }

  private func distance(_ a: [Float], _ b: [Float]) -> Double {
    let difference = zip(a, b).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    let size = b.reduce(0.0) { $0 + Double($1) * Double($1) }
    return (difference / size).squareRoot()
  }

  /// Both ways round at some hundred places; what each loses is a few units in the seventh digit.
  @Test(
    "gives what layer by layer gives, on networks of practice",
    arguments: [ReferenceStudent.small, .medium, .large])
  func agreesWithLayers(student: ReferenceStudent) throws {
    try expectAgreement(on: try student.network())
  }

  /// Sides that are even on one axis, on the other or on both.
  @Test(
    "gives it where windows have TensorFlow's padding", arguments: [3, 5, 7],
    [(12, 10), (11, 14), (8, 9)])
  func agreesWithSamePadding(kernel: Int, sides: (height: Int, width: Int)) throws {
    var builder = NetworkBuilder(
      input: TensorShape(height: sides.height, width: sides.width, channels: 3))
    try builder.appendUnit(kernel: 3, stride: 1, channels: 8, .relu)
    for stride in [2, 1, 2] {
      try builder.appendInvertedResidual(
        channels: 8, kernel: kernel, stride: stride, expansion: 3, .hardSwish, padding: .same)
    }
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 4))
    let network = try builder.network()
    let bottlenecks = network.trainingUnits(streaming: true).count { unit in
      if case .bottleneck = unit.chain { true } else { false }
    }
    #expect(bottlenecks == 3)
    try expectAgreement(on: network)
  }

  private func expectAgreement(on network: Network) throws {
    let layers = step(network, streaming: false)
    let streamed = step(network, streaming: true)
    #expect(distance(streamed.logits, layers.logits) < 1e-5)
    #expect(distance(streamed.gradient, layers.gradient) < 2e-5)
    #expect(distance(streamed.statistics, layers.statistics) < 1e-5)
    let again = step(network, streaming: true)
    #expect(again.gradient == streamed.gradient)
    #expect(again.statistics == streamed.statistics)
  }

  @Test("needs less than half the memory")
  func memory() throws {
    let network = try ReferenceStudent.large.network()
    let layers = TrainingPlan(network: network, batch: 16, streaming: false)
    let streamed = TrainingPlan(network: network, batch: 16)
    #expect(2 * streamed.arenaBytes < layers.arenaBytes)
  }
}
