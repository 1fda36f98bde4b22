import DeployedModels
import FileFormats
import Foundation
import NetworkFixtures
import NeuralNetworks
import TestSupport
import Testing

@testable import TFLiteFiles

@Suite("a TensorFlow Lite file that is not read")
struct ReadingTests {
  private func model() throws -> DeployedModel {
    try RandomModel(smallNetwork(), seed: 1).deployed
  }

  /// Writes a changed model and expects a message about it.
  private func expectRefused(
    _ parts: [String], _ change: (inout DeployedModel) throws -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var changed = try model()
    try change(&changed)
    let bytes = TFLiteFile(changed).bytes
    expectError(["a.tflite"] + parts, sourceLocation: sourceLocation) {
      _ = try TFLiteFile(bytes: bytes, path: "a.tflite")
    }
  }

  @Test("is no model of it")
  func foreign() {
    for (bytes, parts) in [
      ([UInt8](), ["size", "0 bytes"]), ([1, 2, 3], ["size", "3 bytes"]),
      (Array("PK\u{3}\u{4}abcdefgh".utf8), ["byte 4", "'abcd'", "TFL3"]),
      ([255, 255, 255, 255] + Array("TFL3".utf8) + [0, 0, 0, 0], ["model", "4294967295"]),
    ] {
      expectError(["a.tflite"] + parts) { _ = try TFLiteFile(bytes: bytes, path: "a.tflite") }
    }
    expectError(["none.tflite", "cannot read"]) { _ = try TFLiteFile.read("nowhere/none.tflite") }
  }

  @Test("has tensors that do not fit together")
  func misfits() throws {
    try expectRefused(["operator 0 (CONV_2D", "weights [4, 3, 3, 3]"]) { model in
      let weights = model.operators[0].inputs[1]
      model.tensors[weights].shape = [4, 3, 3, 3]
      model.tensors[weights].values = .float32([Float](repeating: 0, count: 108))
    }
    try expectRefused(["operator 0 (CONV_2D", "an output of shape [1, 3, 4, 4]", "[1, 4, 4, 4]"]) {
      $0.tensors[$0.operators[0].output].shape = [1, 3, 4, 4]
    }
    try expectRefused(["operator 0 (CONV_2D", "a bias [3]"]) { model in
      let bias = model.operators[0].inputs[2]
      model.tensors[bias].shape = [3]
      model.tensors[bias].values = .float32([0, 0, 0])
    }
    try expectRefused(["36 bytes for shape [4] of float32", "16"]) { model in
      model.tensors[model.operators[0].inputs[2]].values = .float32(
        [Float](repeating: 0, count: 9))
    }
  }

  @Test("has operators in a circle, or what nothing gives")
  func order() throws {
    try expectRefused(["operator 0", "which nothing before gives"]) { $0.operators.swapAt(0, 1) }
    try expectRefused(["operator 1", "as output, which has a value already"]) {
      $0.operators[1].output = $0.operators[0].output
    }
    try expectRefused(["an output that no operator gives"]) { model in
      model.tensors.append(DeployedTensor(name: "x", shape: [1, 3], type: .float32))
      model.output = model.tensors.count - 1
    }
    // No writer makes these, but a broken file may say them.
    var broken = try model()
    broken.operators[0].inputs[1] = 999
    expectError(["operator 0", "tensor 999 as an input", "one of the"]) { try broken.check() }
    broken.operators[0].inputs = [broken.input]
    expectError(["operator 0", "1 inputs", "2 or 3"]) { try broken.check() }
  }

  @Test("has integers of which nobody knows what they mean")
  func scales() throws {
    func refused(_ parts: [String], _ change: (inout DeployedModel) -> Void) throws {
      var changed = try RandomModel(smallNetwork(), seed: 1).deployedIntegers
      change(&changed)
      let bytes = TFLiteFile(changed).bytes
      expectError(parts) { _ = try TFLiteFile(bytes: bytes, path: "a.tflite") }
    }
    try refused(["tensor 0", "int8 without a scale"]) { $0.tensors[0].quantization = nil }
    try refused(["tensor 0", "a zero point of 300", "-128 to 127"]) {
      $0.tensors[0].quantization?.zeroPoints = [300]
    }
    try refused(["a scale of nan"]) { $0.tensors[0].quantization?.scales = [.nan] }
    try refused(["4 scales along dimension 1"]) {
      $0.tensors[$0.operators[0].inputs[1]].quantization?.axis = 1
    }
    try refused(["operator 0 (CONV_2D", "a bias in units of", "the input's scale times"]) {
      $0.tensors[$0.operators[0].inputs[2]].quantization?.scales = [1, 2, 3, 4]
    }
    try refused(["weights of float32 and activations of int8", "one type"]) { model in
      let weights = model.operators[0].inputs[1]
      let count = model.tensors[weights].elementCount
      model.tensors[weights].type = .float32
      model.tensors[weights].quantization = nil
      model.tensors[weights].values = .float32([Float](repeating: 0, count: count))
    }
  }

  @Test("has an operator that no student has, with its name and place")
  func unknownOperators() throws {
    for (number, parts) in [
      (UInt8(45), ["operator 0 (STRIDED_SLICE 'result'", "a batch of one image"]),
      (2, ["operator 0 (CONCATENATION", "branches are added"]),
      (67, ["operator 0 (TRANSPOSE_CONV", "one of ADD, AVERAGE_POOL_2D"]),
      (126, ["operator 0 (BATCH_MATMUL"]),
    ] {
      let bytes = fileOfOneOperator(number)
      expectError(parts) { _ = try TFLiteFile(bytes: bytes, path: "a.tflite") }
    }
  }

  /// Returns a file whose operator has a number, and an image as input and output.
  private func fileOfOneOperator(_ number: UInt8) -> [UInt8] {
    var builder = FlatBufferBuilder()
    let shape = builder.vector([Int32](arrayLiteral: 1, 2, 2, 1))
    let tensors = ["image", "result"].map { name in
      builder.table([(0, .offset(shape)), (3, .offset(builder.text(name)))])
    }
    let (first, second) = (builder.vector([Int32(0)]), builder.vector([Int32(1)]))
    let step = builder.table([(1, .offset(first)), (2, .offset(second))])
    let subgraph = builder.table([
      (0, .offset(builder.vector(tensors))), (1, .offset(first)), (2, .offset(second)),
      (3, .offset(builder.vector([step]))),
    ])
    let code = builder.table([(0, .byte(number)), (3, .int32(Int32(number)))])
    let root = builder.table([
      (0, .int32(3)), (1, .offset(builder.vector([code]))),
      (2, .offset(builder.vector([subgraph]))),
      (4, .offset(builder.vector([builder.table([])]))),
    ])
    return builder.finished(root: root, identifier: "TFL3")
  }

  @Test("is told by the names of the schema")
  func names() {
    #expect(
      BuiltinOperator.allCases.map(\.name) == [
        "ADD", "AVERAGE_POOL_2D", "CONV_2D", "DEPTHWISE_CONV_2D", "DEQUANTIZE", "FULLY_CONNECTED",
        "LOGISTIC", "MAX_POOL_2D", "MUL", "RELU", "RELU6", "RESHAPE", "SOFTMAX", "PAD",
        "TRANSPOSE", "MEAN", "QUANTIZE", "HARD_SWISH", "GELU",
      ])
    #expect(operatorName(32) == "CUSTOM" && operatorName(83) == "PACK")
    #expect(operatorName(400) == "builtin operator 400")
  }

  @Test("is cut off anywhere")
  func truncated() throws {
    let bytes = TFLiteFile(try model(), metadata: ["a": [1]]).bytes
    for count in stride(from: 0, to: bytes.count - 16, by: 7) {
      expectError(["a.tflite"]) {
        _ = try TFLiteFile(bytes: Array(bytes.prefix(count)), path: "a.tflite")
      }
    }
  }

  @Test("names one tensor a million times")
  func repeatedParts() {
    var builder = FlatBufferBuilder()
    let name = builder.text(String(repeating: "long ", count: 20_000))
    let shape = builder.vector([Int32](repeating: 1, count: 6))
    let tensor = builder.table([(0, .offset(shape)), (3, .offset(name))])
    let subgraph = builder.table([
      (0, .offset(builder.vector([FlatBufferBuilder.Offset](repeating: tensor, count: 200_000))))
    ])
    let buffer = builder.table([])
    let root = builder.table([
      (0, .int32(3)), (2, .offset(builder.vector([subgraph]))),
      (4, .offset(builder.vector([buffer]))),
    ])
    let bytes = builder.finished(root: root, identifier: "TFL3")
    expectError(["a.tflite", "parts that are used so often"]) {
      _ = try TFLiteFile(bytes: bytes, path: "a.tflite")
    }
  }

  @Test("has a plan for other tensors")
  func plan() throws {
    let file = TFLiteFile(try model(), metadata: ["OfflineMemoryAllocation": [1, 0, 0, 0]])
    expectError(["metadata", "'OfflineMemoryAllocation'", "4 bytes"]) {
      _ = try TFLiteFile(bytes: file.bytes, path: "a.tflite")
    }
  }
}
