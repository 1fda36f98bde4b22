import DeployedModels
import FileFormats
import Foundation
import ModelExchange
import NetworkFixtures
import NeuralNetworks
import ONNXInference
import StudentRuntime
import TFLiteFiles

extension Reader {
  static let modelReaders: [Reader] = [
    Reader("onnx", file: "input.onnx", share: 40, seeds: onnxSeeds) { input in
      let model = try ONNXModel(data: input.data, path: "input.onnx")
      let network = try ONNXNetwork(model, path: "input.onnx")
      _ = network.costs
    },
    Reader(
      "onnx-classifier", file: "input.onnx", share: 4, allowance: 256 << 20, seeds: onnxSeeds
    ) { input in
      let file = try ONNXClassifierFile(
        ONNXModel(data: input.data, path: "input.onnx"), path: "input.onnx")
      _ = try ONNXClassifier(file, mostImages: 1, mostBytes: 64 << 20)
    },
    Reader("onnx-external", file: "input.onnx", seeds: externalSeeds) { input in
      var model = try ONNXModel(data: input.data, path: input.path())
      try model.readExternalData(nextTo: input.path(), atMost: 1 << 20)
    },
    Reader("tflite", file: "input.tflite", share: 40, seeds: tfliteSeeds) { input in
      let file = try TFLiteFile(bytes: input.bytes, path: "input.tflite")
      _ = file.model.workload.costs
      _ = file.bytes
    },
    // It reserves memory for a model's activations, which a file may describe in a few bytes: 256 MiB at most.
    Reader(
      "student-runtime", file: "input.tflite", share: 20, allowance: 512 << 20, seeds: tfliteSeeds
    ) {
      input in
      let student = try Student(contentsOf: input.path())
      let count = student.inputShape.count
      guard count <= 1 << 16 else { return }
      _ = try student.predict(pixels: [Float](repeating: 0.5, count: count))
    },
  ]

  private static func models() throws -> [RandomModel] {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 1))
    try builder.append(.convolution(kernel: 3, stride: 2, channels: 2, bias: false))
    try builder.append(.batchNorm)
    try builder.append(.activation(.relu6))
    try builder.append(.depthwiseConvolution(kernel: 3, stride: 1))
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 3))
    return [
      RandomModel(try builder.network(), seed: 1), RandomModel(try unusualNetwork(), seed: 1),
    ]
  }

  private static func deployed(_ model: RandomModel) throws -> DeployedModel {
    try LoweredNetwork(
      model.network, parameters: model.parameters, statistics: model.statistics
    ).model
  }

  private static func quantized(_ model: RandomModel) throws -> DeployedModel {
    minMaxQuantized(try deployed(model), images: [model.image(seed: 1), model.image(seed: 2)])
  }

  @Sendable private static func onnxSeeds(_ folder: String) throws -> [[UInt8]] {
    var seeds: [[UInt8]] = []
    for model in try models() {
      let onnx = ONNXModel(
        model.network, parameters: model.parameters, statistics: model.statistics,
        metadata: ["classes": "3"])
      seeds.append([UInt8](onnx.data))
    }
    seeds.append([UInt8](ONNXModel(quantized: try quantized(models()[0])).data))
    seeds.append([UInt8](operatorModel.data))
    return seeds
  }

  /// A model of operators that compute shapes, as other programs write them.
  private static var operatorModel: ONNXModel {
    func integers(_ name: String, _ values: [Int64]) -> ONNXTensor {
      var tensor = ONNXTensor(name: name, shape: [values.count], dataType: 7)
      tensor.values = NumericArray(shape: [values.count], values)
      return tensor
    }
    func node(
      _ operation: String, _ inputs: [String], _ output: String,
      _ attributes: [String: ONNXAttribute] = [:]
    ) -> ONNXNode {
      var node = ONNXNode(operation: operation, inputs: inputs, outputs: [output])
      node.attributes = attributes
      return node
    }
    var graph = ONNXGraph()
    graph.inputs = [
      ONNXValueInfo(
        name: "x", shape: [.size(1), .size(2), .size(4), .size(4)], dataType: 1)
    ]
    graph.outputs = [ONNXValueInfo(name: "y", shape: [.size(1), .size(32)], dataType: 1)]
    graph.initializers = [
      integers("axes", [1]), integers("starts", [0]), integers("ends", [2]), integers("rest", [-1]),
      integers("zero", [0]), integers("pads", [0, 0, 0, 0, 0, 0, 0, 0]),
    ]
    graph.nodes = [
      node("Shape", ["x"], "shape"), node("Gather", ["shape", "zero"], "batch"),
      node("Concat", ["batch", "rest"], "flat", ["axis": .integer(0)]),
      node("Slice", ["x", "starts", "ends", "axes"], "sliced"),
      node("Pad", ["sliced", "pads"], "padded"),
      node("Transpose", ["padded"], "turned", ["perm": .integers([0, 2, 3, 1])]),
      node("Softmax", ["turned"], "soft", ["axis": .integer(-1)]),
      node("Reshape", ["soft", "flat"], "y"),
    ]
    return ONNXModel(
      formatVersion: 8, operatorSet: 17, producer: "seeds", metadata: [:], graph: graph)
  }

  @Sendable private static func externalSeeds(_ folder: String) throws -> [[UInt8]] {
    // dims 2 (field 1), data_type float (2), name (8), external_data (13) with location, data_location 1 (14).
    func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
      [number << 3 | 2, UInt8(bytes.count)] + bytes
    }
    func entry(_ key: String, _ value: String) -> [UInt8] {
      field(13, field(1, Array(key.utf8)) + field(2, Array(value.utf8)))
    }
    return ["weights.bin", "../../etc/passwd", "/etc/passwd", "./a/../../x", "input.onnx"].map {
      location in
      let tensor: [UInt8] =
        [8, 2, 16, 1] + field(8, [119]) + entry("location", location) + entry("offset", "4")
        + entry("length", "8") + [14 << 3, 1]
      return field(7, field(5, tensor)) + field(8, [16, 17])
    }
  }

  @Sendable private static func tfliteSeeds(_ folder: String) throws -> [[UInt8]] {
    var seeds: [[UInt8]] = []
    // The other has paddings that these runtimes do not know.
    for model in try models().prefix(1) {
      let (floats, integers) = (try deployed(model), try quantized(model))
      seeds += [TFLiteFile(floats).bytes, TFLiteFile(integers).bytes]
      seeds.append(
        TFLiteFile(
          integers, description: "x", metadata: ["a": [1]],
          plan: .init(offsets: integers.tensors.map { $0.isConstant ? nil : 64 }), isCompact: true
        ).bytes)
    }
    return seeds
  }
}
