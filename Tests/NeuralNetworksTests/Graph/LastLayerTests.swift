import Testing

@testable import NeuralNetworks

@Suite("the last layer of a network")
struct LastLayerTests {
  private func network(_ layers: [Layer]) throws -> Network {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 2))
    for layer in layers { try builder.append(layer) }
    return try builder.network()
  }

  private func featureNode(_ layers: [Layer]) throws -> Int? {
    try network(layers).lastFeatureNode
  }

  @Test("has the features that the last layer with weights reads, dropout left out")
  func features() throws {
    let body: [Layer] = [
      .convolution(kernel: 3, stride: 1, channels: 4, bias: false), .batchNorm, .globalAveragePool,
    ]
    #expect(try featureNode(body + [.dense(channels: 3)]) == 3)
    #expect(try featureNode(body + [.dropout(rate: 0.2), .dense(channels: 3)]) == 3)
    #expect(
      try featureNode(
        body + [.dropout(rate: 0.2), .dropout(rate: 0.1), .dense(channels: 3), .dropout(rate: 0.1)])
        == 3)
    // A convolution to the classes, averaged.
    let head: [Layer] = [
      .convolution(kernel: 1, stride: 1, channels: 3, bias: true), .globalAveragePool,
    ]
    #expect(try featureNode(Array(body.prefix(2)) + head) == 2)
    // Weights of any kind count, but not those of norms and gates.
    #expect(
      try featureNode([
        .convolution(kernel: 1, stride: 1, channels: 4, bias: true), .activation(.relu),
        .groupedConvolution(kernel: 1, stride: 1, channels: 4, groups: 2, bias: true), .batchNorm,
        .squeezeExcitation(hidden: 2), .globalAveragePool,
      ]) == 2)
  }

  @Test("that classifies the image itself has none")
  func linear() throws {
    #expect(try featureNode([.globalAveragePool, .dense(channels: 3)]) == 1)
    #expect(
      try featureNode([
        .convolution(kernel: 1, stride: 1, channels: 3, bias: true), .globalAveragePool,
      ]) == nil)
  }

  @Test("joins positions where it gives one of any image, not where a window just fits")
  func positions() throws {
    let network = try network([
      .convolution(kernel: 3, stride: 4, channels: 4, bias: true),
      .pooling(.max, kernel: 1, stride: 1, padding: 0), .batchNorm, .activation(.relu),
      .globalAveragePool,
      .dropout(rate: 0.1), .dense(channels: 3),
    ])
    #expect(network.nodes[1].shape.positionCount == 1)
    #expect(network.nodes.indices.filter { network.joinsPositions($0) } == [5, 7])
    // The convolution is a block of its own.
    #expect(NetworkPlaces(network).blocks.map(\.node).last == 4)
    #expect(NetworkPlaces(network).pooled?.node == 5)
  }
}
