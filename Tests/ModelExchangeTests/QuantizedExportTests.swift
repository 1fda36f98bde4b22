import DeployedModels
import FileFormats
import Foundation
import NetworkFixtures
import NeuralNetworks
import Testing

@testable import ModelExchange

/// A random student in fp32 and int8, with images.
struct QuantizedStudent {
  let real: DeployedModel
  private(set) var integers: DeployedModel
  let images: [[Float]]

  init(_ network: Network, seed: UInt64, images count: Int = 4) throws {
    let model = RandomModel(network, seed: seed)
    real = try LoweredNetwork(
      network, parameters: model.parameters, statistics: model.statistics
    ).model
    images = (0..<count).map { model.image(seed: UInt64($0)) }
    integers = MinMaxQuantizer(real, images: images).quantized()
  }

  /// Makes every weight of convolutions and dense layers 127 or −127, by its sign: sums of two products are then as
  /// large as they can be.
  mutating func makeLoud() {
    for step in integers.operators where step.kind.hasWeights {
      guard case .int8(let weights)? = integers.tensors[step.inputs[1]].values else { continue }
      integers.tensors[step.inputs[1]].values = .int8(weights.map { $0 < 0 ? -127 : 127 })
    }
  }
}

@Suite("int8 models exported as ONNX")
struct QuantizedExportTests {
  @Test("have integers for weights, and quantise each activation once")
  func graph() throws {
    let student = try QuantizedStudent(unusualNetwork(height: 7), seed: 1)
    let graph = ONNXModel(quantized: student.integers).graph
    let stored = Dictionary(uniqueKeysWithValues: graph.initializers.map { ($0.name, $0) })
    let ours = student.integers.operators.flatMap { step in
      [.convolution(anyWindow), .fullyConnected].contains(step.kind.family) ? [step] : []
    }
    #expect(!ours.isEmpty)
    for step in ours {
      let (weights, bias) = (
        student.integers.tensors[step.inputs[1]], student.integers.tensors[step.inputs[2]]
      )
      #expect(stored[weights.name]?.values?.elementType == .uint8)
      #expect(stored[weights.name + ".zero_point"]?.values?.elementType == .uint8)
      #expect(stored[weights.name + ".scale"]?.values?.count == weights.quantization?.scales.count)
      #expect(stored[bias.name]?.values?.elementType == .int32)
      #expect(stored[bias.name + ".zero_point"] == nil)
    }
    #expect(stored["input.quantized.zero_point"]?.values?.elementType == .uint8)
    let quantizing = graph.nodes.filter { $0.operation == "QuantizeLinear" }
    let activations = student.integers.tensors.filter { !$0.isConstant }
    #expect(Set(quantizing.flatMap(\.outputs)).count == quantizing.count)
    #expect(quantizing.count >= activations.count)
    var known = Set(stored.keys).union(["input"])
    for node in graph.nodes {
      #expect(node.inputs.allSatisfy { known.contains($0) }, "\(node)")
      known.formUnion(node.outputs)
    }
    #expect(known.contains("logits"))
  }

  @Test("keep to the oldest set of operators that has them all")
  func operatorSets() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 3))
    try builder.append(.convolution(kernel: 3, stride: 1, channels: 5, bias: true))
    let plain = builder
    try builder.append(.activation(.hardSwish))
    let hardSwish = builder
    try builder.append(.gelu)
    for (start, expected) in [(plain, 13), (hardSwish, 14), (builder, 20)] {
      var builder = start
      try builder.append(.globalAveragePool)
      try builder.append(.dense(channels: 3))
      let student = try QuantizedStudent(builder.network(), seed: 2)
      #expect(ONNXModel(quantized: student.integers).operatorSet == expected)
    }
  }

  @Test("leave out an activation that quantising does already, and keep one that it does not")
  func activations() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 3))
    try builder.append(.convolution(kernel: 3, stride: 1, channels: 5, bias: true))
    try builder.append(.activation(.relu6))
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 3))
    var integers = try QuantizedStudent(builder.network(), seed: 2).integers
    let output = try #require(integers.operators.first).output
    func operations() -> [String] {
      ONNXModel(quantized: integers).graph.nodes.map(\.operation).filter { $0 == "Clip" }
    }
    let cases: [(last: Float, zeroPoint: Int32, count: Int)] = [
      (6, -128, 0), (5, -128, 0), (8, -128, 1), (6, -100, 1),
    ]
    for (last, zeroPoint, count) in cases {
      integers.tensors[output].quantization = TensorQuantization(
        scale: last / 255, zeroPoint: zeroPoint)
      #expect(operations().count == count, "\(last) \(zeroPoint)")
    }
  }

  private let anyWindow = Window(side: 1, stride: 1, padding: .same)
}

extension DeployedOperator.Kind {
  /// The kind without its window.
  fileprivate var family: DeployedOperator.Kind {
    switch self {
    case .convolution, .depthwiseConvolution:
      .convolution(Window(side: 1, stride: 1, padding: .same))
    default: self
    }
  }
}
