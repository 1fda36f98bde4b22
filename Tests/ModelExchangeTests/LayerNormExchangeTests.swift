import FileFormats
import NetworkFixtures
import NeuralNetworks
import Testing

@testable import ModelExchange

@Suite("layer norms and GELUs in ONNX")
struct LayerNormExchangeTests {
  private func network() throws -> Network {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 5, channels: 3))
    try builder.append(.convolution(kernel: 1, stride: 1, channels: 6, bias: true))
    try builder.append(.layerNorm)
    try builder.append(.gelu)
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 7))
    try builder.append(.layerNorm)
    try builder.append(.gelu)
    try builder.append(.dense(channels: 4))
    return try builder.network()
  }

  @Test("are written as the standard's operators, channels last around the norm")
  func operators() throws {
    let model = RandomModel(try network(), seed: 1).onnx
    #expect(model.operatorSet == 20 && model.formatVersion == 9)
    #expect(
      model.graph.nodes.map(\.operation) == [
        "Conv", "Transpose", "LayerNormalization", "Transpose", "Gelu", "GlobalAveragePool",
        "Flatten", "Gemm", "LayerNormalization", "Gelu", "Gemm",
      ])
    #expect(model.graph.nodes[1].attributes["perm"] == .integers([0, 2, 3, 1]))
    #expect(model.graph.nodes[3].attributes["perm"] == .integers([0, 3, 1, 2]))
  }

  @Test("read back are the kernels that they were, the transpositions part of the norm")
  func kernels() throws {
    let network = try network()
    let model = RandomModel(network, seed: 2).onnx
    let read = try ONNXNetwork(ONNXModel(data: model.data, path: "a.onnx"), path: "a.onnx")
    #expect(read.unsupported.isEmpty, "\(read.unsupported)")
    #expect(read.kernels == network.inferenceKernels)
    #expect(read.costs == NetworkCosts(network))
  }
}
