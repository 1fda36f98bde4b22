import NetworkFixtures
import NeuralNetworks
import Testing

@testable import DeployedModels

@Suite("networks as operators of device runtimes")
struct NetworkLoweringTests {
  @Test("give the logits of the network", arguments: shippedSpaces)
  func students(space: String) throws {
    for (number, network) in try NetworkFixtures.students(of: space, count: 4).enumerated() {
      try expectSameLogits(RandomModel(network, seed: UInt64(number)))
    }
  }

  @Test("give them for every layer and every place that it can have")
  func unusual() throws { try expectSameLogits(RandomModel(unusualNetwork(height: 7), seed: 1)) }

  /// Windows at stride 2 on even and odd sides, where the runtimes' padding is ours or is not.
  @Test("give them whatever the sides' parity is", arguments: [3, 5], [8, 9, 11])
  func parity(kernel: Int, side: Int) throws {
    var builder = NetworkBuilder(input: TensorShape(height: side, width: side + 1, channels: 2))
    try builder.append(.convolution(kernel: kernel, stride: 2, channels: 6, bias: true))
    try builder.append(.activation(.relu6))
    try builder.append(.depthwiseConvolution(kernel: kernel, stride: 2))
    try builder.append(.batchNorm)
    try builder.append(.globalAveragePool)
    let model = RandomModel(try builder.network(), seed: 3)
    try expectSameLogits(model)
    let lowered = try LoweredNetwork(
      model.network, parameters: model.parameters, statistics: model.statistics)
    // A side of each image is even, so that each convolution needs its own zeros.
    #expect(lowered.model.operators.filter { $0.kind == .pad }.count >= 1)
  }

  @Test(
    "give them without zeros of their own where windows have the runtimes' padding",
    arguments: [3, 5], [8, 9])
  func same(kernel: Int, side: Int) throws {
    var builder = NetworkBuilder(input: TensorShape(height: side, width: side + 1, channels: 2))
    try builder.append(
      .convolution(kernel: kernel, stride: 2, channels: 6, bias: true, padding: .same))
    try builder.append(.activation(.relu6))
    try builder.append(
      .convolution(
        window: WindowSize(height: 4, width: 3), stride: 1, channels: 6, bias: true, padding: .same)
    )
    try builder.append(.depthwiseConvolution(kernel: kernel, stride: 2, padding: .same))
    try builder.append(.batchNorm)
    let source = builder.current
    try builder.append(.pooling(.max, kernel: 2, stride: 2, padding: .same))
    let largest = builder.current
    builder.current = source
    try builder.append(.pooling(.average, kernel: 3, stride: 2, padding: .same))
    try builder.add(largest)
    try builder.append(.globalAveragePool)
    let model = RandomModel(try builder.network(), seed: 3)
    try expectSameLogits(model)
    let lowered = try LoweredNetwork(
      model.network, parameters: model.parameters, statistics: model.statistics)
    #expect(!lowered.model.operators.contains { $0.kind == .pad })
  }

  @Test("count the multiplications that the network has")
  func macs() throws {
    for network in try NetworkFixtures.students(of: "mobile-cnn", count: 3) {
      let model = RandomModel(network, seed: 1)
      let lowered = try LoweredNetwork(
        network, parameters: model.parameters, statistics: model.statistics)
      #expect(lowered.model.macs == NetworkCosts(network).macs)
    }
  }

  @Test("have the same structure before any training")
  func structure() throws {
    let model = RandomModel(try unusualNetwork(height: 7), seed: 1)
    let trained = try LoweredNetwork(
      model.network, parameters: model.parameters, statistics: model.statistics)
    let structure = try LoweredNetwork(structureOf: model.network)
    #expect(structure.model.operators == trained.model.operators)
    #expect(structure.model.tensors.map(\.shape) == trained.model.tensors.map(\.shape))
    #expect(structure.model.constantBytes == trained.model.constantBytes)
    #expect(structure.tensorOfNode == trained.tensorOfNode)
  }

  @Test("say which layer has no operator")
  func inexpressible() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 2))
    try builder.append(.layerNorm)
    try builder.append(.globalAveragePool)
    let model = RandomModel(try builder.network(), seed: 1)
    #expect(throws: DeploymentError.self) {
      try LoweredNetwork(
        model.network, parameters: model.parameters, statistics: model.statistics)
    }
  }

  private func expectSameLogits(_ model: RandomModel) throws {
    let lowered = try LoweredNetwork(
      model.network, parameters: model.parameters, statistics: model.statistics)
    var interpreter = FloatInterpreter(lowered.model)
    let image = model.image(seed: 5)
    interpreter.run(image)
    let expected = model.logits(of: image)
    let largest = expected.map(abs).max() ?? 0
    let differences = zip(interpreter.output, expected).map { abs($0 - $1) }
    #expect(interpreter.output.count == expected.count)
    #expect((differences.max() ?? .infinity) <= 2e-5 * max(1, largest))
    #expect(lowered.tensorOfNode.last == .some(lowered.model.output))
    let shapes = lowered.model.tensors.filter { $0.values == nil }.map(\.shape)
    #expect(shapes.allSatisfy { $0[0] == 1 })
  }
}
