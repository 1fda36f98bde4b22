import FileFormats
import Foundation
import NetworkFixtures
import NeuralNetworks
import Testing

@testable import ModelExchange

@Suite("networks exported as ONNX")
struct ONNXExportTests {
  @Test("read back have the kernels and costs that they had", arguments: shippedSpaces)
  func kernelsOfStudents(space: String) throws {
    for (number, network) in try students(of: space, count: 20).enumerated() {
      try expectSameKernels(network, seed: UInt64(number))
    }
  }

  @Test("read back have them for every layer and every place that it can have")
  func kernelsOfUnusualLayers() throws { try expectSameKernels(unusualNetwork(), seed: 1) }

  @Test("have explicit zeros in front and behind, those of SAME in the right places")
  func pads() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 8, width: 7, channels: 3))
    try builder.append(.convolution(kernel: 3, stride: 2, channels: 4, bias: true, padding: .same))
    try builder.append(
      .convolution(
        window: WindowSize(height: 4, width: 3), stride: 1, channels: 4, bias: true, padding: .same)
    )
    try builder.append(.depthwiseConvolution(kernel: 5, stride: 2, padding: .same))
    try builder.append(.depthwiseConvolution(kernel: 3, stride: 2))
    try builder.append(.pooling(.average, kernel: 2, stride: 1, padding: .same))
    try builder.append(.globalAveragePool)
    let network = try builder.network()
    let nodes = RandomModel(network, seed: 3).onnx.graph.nodes
    func pads(_ index: Int) -> ONNXAttribute? { nodes[index].attributes["pads"] }
    // 8×7 → 4×4 → 4×4 → 2×2 → 1×1.
    #expect(pads(0) == .integers([0, 1, 1, 1]))
    #expect(nodes[0].attributes["kernel_shape"] == .integers([3, 3]))
    #expect(pads(1) == .integers([1, 1, 2, 1]))
    #expect(nodes[1].attributes["kernel_shape"] == .integers([4, 3]))
    #expect(pads(2) == .integers([1, 1, 2, 2]))
    #expect(pads(3) == .integers([1, 1, 1, 1]))
    #expect(pads(4) == .integers([0, 0, 1, 1]))
    try expectSameKernels(network, seed: 3)
  }

  private func expectSameKernels(_ network: Network, seed: UInt64) throws {
    let model = RandomModel(network, seed: seed).onnx
    let read = try ONNXNetwork(ONNXModel(data: model.data, path: "a.onnx"), path: "a.onnx")
    let expected = NetworkCosts(network)
    #expect(read.unsupported.isEmpty, "\(read.unsupported)")
    #expect(read.kernels == network.inferenceKernels)
    #expect(read.inputShape == network.inputShape)
    #expect(read.costs.macs == expected.macs)
    #expect(read.costs.weightBytes == expected.weightBytes)
    #expect(read.costs.peakActivationBytes == expected.peakActivationBytes)
    #expect(read.kernelNames.count == read.kernels.count)
  }

  @Test("have an input of channels before positions, and the metadata they were given")
  func interface() throws {
    let model = RandomModel(try unusualNetwork(), seed: 1).onnx
    #expect(model.operatorSet == 17)
    #expect(model.metadata == ["classes": "10"])
    #expect(
      model.graph.inputs
        == [ONNXValueInfo(name: "input", shape: [.size(1), .size(3), .size(6), .size(5)])])
    #expect(model.graph.outputs == [ONNXValueInfo(name: "logits", shape: [.size(1), .size(4)])])
    #expect(model.graph.nodes.last?.outputs == ["logits"])
  }

  @Test("that end with an image of one position give a vector all the same")
  func endsWithAnImage() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 3))
    try builder.append(.convolution(kernel: 1, stride: 1, channels: 5, bias: true))
    try builder.append(.globalAveragePool)
    let network = try builder.network()
    let graph = RandomModel(network, seed: 2).onnx.graph
    #expect(graph.nodes.last?.operation == "Flatten")
    try expectSameKernels(network, seed: 2)
  }

  @Test("have the channels of a flattened image before its positions")
  func denseOrder() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 1, width: 2, channels: 3))
    try builder.append(.dense(channels: 1))
    let network = try builder.network()
    let tensor = ParameterLayout(network).tensor(.weight, of: 1)
    var parameters = [Float](
      repeating: 0, count: ParameterLayout(network).parameterFloats)
    for place in 0..<6 { parameters[tensor.offset + place] = Float(place) }
    let model = ONNXModel(network, parameters: parameters, statistics: [])
    let weight = try #require(model.graph.initializers.first { $0.name == "1.weight" })
    #expect(weight.shape == [1, 6])
    #expect(weight.values?.asFloats() == [0, 3, 1, 4, 2, 5])
  }

  @Test("have convolutions' outputs first, and norms as part of them")
  func foldedConvolution() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 2, width: 2, channels: 2))
    try builder.append(.convolution(kernel: 1, stride: 1, channels: 2, bias: false))
    try builder.append(.batchNorm)
    try builder.append(.globalAveragePool)
    let network = try builder.network()
    let layout = ParameterLayout(network)
    var parameters = [Float](repeating: 0, count: layout.parameterFloats)
    var statistics = [Float](repeating: 0, count: layout.statisticFloats)
    func fill(_ role: ParameterLayout.Role, _ node: Int, _ values: [Float], _ list: inout [Float]) {
      let offset = layout.tensor(role, of: node).offset
      for (place, value) in values.enumerated() { list[offset + place] = value }
    }
    fill(.weight, 1, [1, 2, 3, 4], &parameters)  // [in, out]
    fill(.scale, 2, [2, 1], &parameters)
    fill(.shift, 2, [0, 7], &parameters)
    fill(.runningMean, 2, [3, 5], &statistics)
    fill(.runningVariance, 2, [1 - 1e-5, 1 - 1e-5], &statistics)
    let graph = ONNXModel(network, parameters: parameters, statistics: statistics).graph
    let values = graph.initializers.map { $0.values?.asFloats() ?? [] }
    #expect(graph.initializers.map(\.name) == ["1.weight", "1.bias"])
    #expect(zip(values[0], [2, 6, 2, 4]).allSatisfy { abs($0 - $1) < 1e-5 }, "\(values[0])")
    #expect(zip(values[1], [-6, 2]).allSatisfy { abs($0 - $1) < 1e-5 }, "\(values[1])")
  }
}

/// For a check against another program: `.ci/check-onnx` sets the variable and compares the logits.
@Suite("students for ONNX Runtime")
struct ExportedStudentsTests {
  static let folder = ProcessInfo.processInfo.environment["AUTODISTILL_ONNX_FOLDER"]

  @Test(
    "are written with an image and our logits of it", .enabled(if: folder != nil),
    arguments: shippedSpaces + ["unusual"])
  func write(space: String) throws {
    let folder = try #require(ExportedStudentsTests.folder)
    let networks =
      space == "unusual" ? [try unusualNetwork()] : try students(of: space, count: 10)
    for (number, network) in networks.enumerated() {
      let model = RandomModel(network, seed: UInt64(number))
      let image = model.image(seed: UInt64(number))
      let shape = network.inputShape
      let name = "\(folder)/\(space)-\(number)"
      try model.onnx.write(to: name + ".onnx")
      try NPYFile.write(
        NumericArray(shape: [1, shape.height, shape.width, shape.channels], image),
        to: name + ".image.npy")
      let logits = model.logits(of: image)
      try NPYFile.write(NumericArray(shape: [1, logits.count], logits), to: name + ".logits.npy")
    }
  }
}
