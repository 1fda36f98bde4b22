import NetworkFixtures
import NeuralNetworks
import Testing

@testable import DeployedModels

@Suite("models with channels first")
struct ChannelsFirstTests {
  @Test("give the logits of those with channels last", arguments: shippedSpaces)
  func students(space: String) throws {
    for (number, network) in try NetworkFixtures.students(of: space, count: 2, side: 8).enumerated()
    {
      try expectSameLogits(RandomModel(network, seed: UInt64(number)))
    }
  }

  @Test("give them for every layer and every place that it can have")
  func unusual() throws { try expectSameLogits(RandomModel(unusualNetwork(height: 7), seed: 1)) }

  @Test("give them where windows need zeros of their own", arguments: [3, 5], [8, 9])
  func parity(kernel: Int, side: Int) throws {
    var builder = NetworkBuilder(input: TensorShape(height: side, width: side + 1, channels: 2))
    try builder.append(.convolution(kernel: kernel, stride: 2, channels: 6, bias: true))
    try builder.append(.depthwiseConvolution(kernel: kernel, stride: 2))
    try builder.append(.dense(channels: 3))
    try expectSameLogits(RandomModel(builder.network(), seed: 3))
  }

  @Test("transpose where a vector is an image's values, and not where channels are dealt anew")
  func transpositions() throws {
    func transpositions(_ network: Network) throws -> [[Int]] {
      ChannelsFirstModel(try LoweredNetwork(structureOf: network).model).steps.compactMap { step in
        if case .transpose(let permutation) = step.kind { permutation } else { nil }
      }
    }
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 3, channels: 6))
    try builder.append(.convolution(kernel: 3, stride: 1, channels: 8, bias: true))
    try builder.append(.channelShuffle(groups: 2))
    var vector = builder
    try vector.append(.dense(channels: 3))
    #expect(try transpositions(vector.network()) == [[0, 2, 1, 3], [0, 2, 3, 1]])
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 3))
    #expect(try transpositions(builder.network()) == [[0, 2, 1, 3]])
  }

  @Test("lead an order of axes back")
  func inverse() {
    let tensor = DeployedTensor(
      name: "t", shape: [1, 2, 3, 4], values: .int32(Array(0..<24)),
      quantization: TensorQuantization(scales: [1, 2, 3, 4], axis: 3))
    let turned = tensor.reordered(.image)
    #expect(turned.shape == [1, 4, 2, 3] && turned.quantization?.axis == 1)
    // Channel 1 of position (1, 2), which was the 21st value.
    guard case .int32(let values) = turned.values else { return #expect(Bool(false)) }
    #expect(values[11] == 21)
    #expect(turned.reordered(AxisOrder.image.inverse) == tensor)
  }

  private func expectSameLogits(_ model: RandomModel) throws {
    let deployed = try LoweredNetwork(
      model.network, parameters: model.parameters, statistics: model.statistics
    ).model
    let image = model.image(seed: 5)
    var reference = FloatInterpreter(deployed)
    reference.run(image)
    let ordered = ChannelsFirstModel(deployed)
    let places = AxisOrder.image.places(deployed.tensors[deployed.input].shape)
    var interpreter = ChannelsFirstInterpreter(ordered)
    let logits = interpreter.run(places.map { image[$0] })
    let largest = reference.output.map(abs).max() ?? 0
    #expect(logits.count == reference.output.count)
    for (ours, expected) in zip(logits, reference.output) {
      #expect(abs(ours - expected) <= 2e-5 * max(1, largest))
    }
    for step in ordered.steps {
      let given = step.inputs.filter { !ordered.tensors[$0].isConstant }
      #expect(!given.isEmpty)
    }
  }
}
