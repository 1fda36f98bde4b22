import DeployedModels
import FileFormats
import NetworkFixtures
import NeuralNetworks
import TestSupport
import Testing

@testable import TFLiteFiles

@Suite("models in TensorFlow Lite files")
struct RoundTripTests {
  /// The format's table, which the compiler keeps complete, has the operators of the list that is kept by hand.
  @Test("have every operator that models have, once, by its name")
  func operators() {
    #expect(
      BuiltinOperator.allCases.map(\.name).sorted() == DeployedOperator.Kind.operatorNames.sorted())
  }

  @Test(
    "read back are what was written, and written again are the same bytes",
    arguments: shippedSpaces)
  func students(space: String) throws {
    let count = largeSpaces.contains(space) ? Thoroughness.pick(2, usually: 1) : 2
    for (number, network) in try NetworkFixtures.students(of: space, count: count).enumerated() {
      try expectRoundTrip(network, seed: UInt64(number))
    }
  }

  @Test("are so for every layer and every place that it can have")
  func unusual() throws {
    try expectRoundTrip(unusualNetwork(height: 7), seed: 1)
    try expectRoundTrip(smallNetwork(), seed: 1)
  }

  private func expectRoundTrip(_ network: Network, seed: UInt64) throws {
    let model = RandomModel(network, seed: seed)
    for deployed in [try model.deployed, try model.deployedIntegers] {
      let offsets = deployed.tensors.indices.map { deployed.tensors[$0].isConstant ? nil : 16 * $0 }
      for (isCompact, plan) in [(false, nil), (true, TFLiteFile.MemoryPlan(offsets: offsets))] {
        var file = TFLiteFile(
          deployed, description: "a student", metadata: ["note": [1, 2, 3], "a note": [4]],
          plan: plan, isCompact: isCompact)
        let bytes = file.bytes
        #expect(bytes == file.bytes)
        let read = try TFLiteFile(bytes: bytes, path: "a.tflite")
        if isCompact {
          for index in file.model.tensors.indices { file.model.tensors[index].name = "" }
        }
        #expect(read == file)
        #expect(read.bytes == bytes)
      }
    }
  }

  @Test("without values are not written as such: their structure is checked all the same")
  func structure() throws {
    try LoweredNetwork(structureOf: unusualNetwork(height: 7)).model.check()
  }

  @Test("have every operator and every form of it")
  func everyOperator() throws {
    let file = TFLiteFile(everyOperatorModel())
    let read = try TFLiteFile(bytes: file.bytes, path: "a.tflite")
    #expect(read == file)
    let kinds = Set(read.model.operators.map(\.kind.format.builtin))
    #expect(kinds == Set(BuiltinOperator.allCases))
  }

  @Test("take little more room than their numbers", arguments: ["mobile-cnn", "plain-residual"])
  func size(space: String) throws {
    for network in try NetworkFixtures.students(of: space, count: 8) {
      let model = RandomModel(network, seed: 1)
      let (float, integers) = (try model.deployed, try model.deployedIntegers)
      let scales = integers.tensors.reduce(0) { $0 + 12 * ($1.quantization?.scales.count ?? 0) }
      #expect(Double(TFLiteFile(float).bytes.count) < 1.2 * Double(float.constantBytes) + 4096)
      #expect(
        Double(TFLiteFile(integers).bytes.count)
          < 1.2 * Double(integers.constantBytes + scales) + 4096)
      #expect(
        TFLiteFile(integers, isCompact: true).bytes.count < TFLiteFile(integers).bytes.count)
    }
  }

  @Test("are aligned as runtimes read them: constants at multiples of sixteen bytes")
  func alignment() throws {
    let model = try RandomModel(smallNetwork(), seed: 1).deployed
    let file = FlatBufferFile(TFLiteFile(model).bytes, path: "a.tflite")
    let root = try file.root(identifier: "TFL3", name: "model")
    let buffers = try root.tables(4, "buffers", item: "buffer", bytesEach: 0)
    #expect(try buffers[0].byteRange(0, "data") == nil)
    for buffer in buffers.dropFirst() {
      let range = try #require(try buffer.byteRange(0, "data"))
      #expect(range.lowerBound % 16 == 0)
    }
  }

  @Test("tell tools how images are standardised and what the classes are called")
  func metadata() throws {
    let metadata = ClassifierMetadata(
      name: "0111", description: "a student", mean: [127.5], deviation: [63.75],
      classes: ["cat", "dog"])
    let file = FlatBufferFile(metadata.bytes, path: "metadata")
    let root = try file.root(identifier: "M001", name: "metadata")
    #expect(try root.text(0, "name") == "0111")
    let subgraph = try #require(
      try root.tables(3, "subgraphs", item: "subgraph", bytesEach: 0).first)
    let input = try #require(
      try subgraph.tables(2, "inputs", item: "input", bytesEach: 0).first)
    let unit = try #require(try input.tables(4, "units", item: "unit", bytesEach: 0).first)
    #expect(try unit.integer(0, "type", default: UInt8(0)) == 1)
    let normalization = try #require(try unit.table(1, "options"))
    #expect(try normalization.floats(0, "mean") == [127.5])
    #expect(try normalization.floats(1, "std") == [63.75])
    let output = try #require(
      try subgraph.tables(3, "outputs", item: "output", bytesEach: 0).first)
    #expect(try output.text(1, "description").contains("cat, dog"))
  }
}

/// A model that holds each operator at least once, in no useful order.
private func everyOperatorModel() -> DeployedModel {
  var model = DeployedModel(
    tensors: [DeployedTensor(name: "input", shape: [1, 4, 4, 2], type: .float32)], operators: [],
    input: 0, output: 0)
  func constant(_ shape: [Int], _ values: TensorValues) -> Int {
    model.tensors.append(DeployedTensor(name: "c", shape: shape, values: values))
    return model.tensors.count - 1
  }
  func append(
    _ kind: DeployedOperator.Kind, _ others: [Int] = [], shape: [Int]? = nil,
    activation: FusedActivation = .none, integers: TensorQuantization? = nil
  ) {
    let source = model.output
    var output = DeployedTensor(
      name: "\(model.operators.count)", shape: shape ?? model.tensors[source].shape,
      type: integers == nil ? .float32 : .int8, quantization: integers)
    output.name += "é"
    model.tensors.append(output)
    model.output = model.tensors.count - 1
    model.operators.append(
      DeployedOperator(
        kind, inputs: [source] + others, output: model.output, activation: activation))
  }
  append(
    .quantize, integers: TensorQuantization(scale: 0.5, zeroPoint: -3))
  append(.dequantize)
  append(
    .convolution(Window(height: 3, width: 1, strideY: 1, strideX: 2, padding: .same)),
    [constant([2, 3, 1, 2], .float32([Float](repeating: 1, count: 12)))], shape: [1, 4, 2, 2],
    activation: .relu)
  append(
    .depthwiseConvolution(Window(side: 1, stride: 1, padding: .valid)),
    [
      constant([1, 1, 1, 2], .float32([1, 2])), constant([2], .float32([1, 2])),
    ], activation: .relu6)
  append(.add, [model.output], activation: .relu)
  append(.multiply, [constant([1], .float32([0.5]))])
  append(
    .averagePool(Window(height: 2, width: 1, strideY: 2, strideX: 1, padding: .valid)),
    shape: [1, 2, 2, 2])
  append(.maxPool(Window(side: 3, stride: 1, padding: .same)), activation: .relu6)
  append(.pad, [constant([4, 2], .int32([0, 0, 1, 0, 0, 1, 0, 0]))], shape: [1, 3, 3, 2])
  append(.transpose, [constant([4], .int32([0, 3, 1, 2]))], shape: [1, 2, 3, 3])
  append(.logistic)
  append(.relu)
  append(.relu6)
  append(.hardSwish)
  append(.gelu)
  append(.mean(keepsDimensions: true), [constant([2], .int32([1, 2]))], shape: [1, 1, 1, 3])
  append(.reshape, shape: [1, 3])
  append(.reshape, [constant([2], .int32([-1, 3]))])
  append(
    .fullyConnected, [constant([2, 3], .float32([Float](repeating: 1, count: 6)))], shape: [1, 2])
  append(.softmax)
  return model
}
