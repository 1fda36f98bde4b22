import Foundation
import TestSupport
import Testing

@testable import FileFormats

@Suite("ONNX models")
struct ONNXModelTests {
  /// Something of everything that is kept.
  static let model = ONNXModel(
    formatVersion: 8, operatorSet: 17, producer: "tests", metadata: ["b": "2 — ü", "a": ""],
    graph: ONNXGraph(
      name: "g",
      nodes: [
        ONNXNode(
          name: "n", operation: "Conv", inputs: ["x", "w", ""], outputs: ["y"],
          attributes: [
            "pads": .integers([1, -1, 0, 300]), "none": .integers([]), "group": .integer(-5),
            "zero": .integer(0), "alpha": .float(0.25), "list": .floats([1, -2]),
            "mode": .text("SAME_UPPER"), "value": .tensor(ONNXModelTests.tensor("t")),
          ]),
        ONNXNode(operation: "Own", domain: "com.example", inputs: [], outputs: ["z"]),
      ],
      initializers: [
        tensor("w"), ONNXTensor(name: "axes", NumericArray(shape: [2], [Int64(2), -1])),
        ONNXTensor(name: "one", NumericArray(shape: [], [Double(1)])),
      ],
      inputs: [ONNXValueInfo(name: "x", shape: [.symbol("batch"), .size(3), .symbol("")])],
      outputs: [ONNXValueInfo(name: "y", shape: nil)],
      values: [ONNXValueInfo(name: "z", shape: [])]))

  private static func tensor(_ name: String) -> ONNXTensor {
    ONNXTensor(name: name, NumericArray(shape: [2, 3], (0..<6).map { Float($0) / 7 }))
  }

  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("come back as they were written, with the same bytes again")
  func roundTrip() throws {
    let path = folder.file("a.onnx")
    try ONNXModelTests.model.write(to: path)
    let read = try ONNXModel.read(path)
    #expect(read == ONNXModelTests.model)
    #expect(read.data == ONNXModelTests.model.data)
  }

  @Test("are the bytes that the wire format says")
  func exactBytes() {
    let model = ONNXModel(
      formatVersion: 8, operatorSet: 300, producer: "p", metadata: [:],
      graph: ONNXGraph(
        name: "g", nodes: [ONNXNode(operation: "Relu", inputs: ["x"], outputs: ["y"])]))
    let node: [UInt8] =
      [0x0A, 1, 0x78] + [0x12, 1, 0x79] + [0x22, 4] + Array("Relu".utf8)
    let graph: [UInt8] = [0x0A, UInt8(node.count)] + node + [0x12, 1, 0x67]
    let expected: [UInt8] =
      [0x08, 8] + [0x12, 1, 0x70] + [0x3A, UInt8(graph.count)] + graph
      + [0x42, 3, 0x10, 0xAC, 0x02]
    #expect([UInt8](model.data) == expected)
  }

  @Test("may have packed and single numbers, unknown fields, and values in any of the lists")
  func otherEncodings() throws {
    var tensor = ProtobufWriter()
    tensor.write(Data([2, 1]), field: 1)  // dims, packed
    tensor.write(7, field: 2)
    tensor.write(-3, field: 7)  // int64_data, one by one
    tensor.write(Data([5]), field: 7)
    tensor.write("t", field: 8)
    tensor.write(Float(1), field: 900)
    var half = ProtobufWriter()
    half.write(4, field: 1)
    half.write(10, field: 2)  // 16-bit floats
    half.write("h", field: 8)
    half.write(Data([0, 0x3C, 0, 0xC0, 1, 0, 0, 0x7C]), field: 9)
    var graph = ProtobufWriter()
    graph.write(tensor.data, field: 5)
    graph.write(half.data, field: 5)
    let model = try ONNXModel(data: wrap(graph: graph.data), path: "a.onnx")
    #expect(model.graph.initializers[0].values?.asInts() == [-3, 5])
    #expect(model.graph.initializers[0].shape == [2, 1])
    #expect(model.graph.initializers[1].dataType == 10)
    #expect(model.graph.initializers[1].values?.asFloats() == [1, -2, 0x1p-24, .infinity])
    #expect(model.graph.initializers[1].count == 4)
  }

  /// A model around the bytes of a graph.
  private func wrap(graph: Data) -> Data {
    var writer = ProtobufWriter()
    writer.write(8, field: 1)
    writer.write(graph, field: 7)
    writer.writeMessage(field: 8) { $0.write(17, field: 2) }
    return writer.data
  }

  @Test(
    "that are damaged are refused with field and byte",
    arguments: [
      ([0x3A, 0x7F], "byte 1: found a length of 127 for field 7, expected at most the 0 bytes"),
      ([0x3A, 0x03, 0x0A, 0x05, 0x01], "graph, byte 3: found a length of 5 for field 1"),
      ([0x0B], "byte 0: found wire type 3 for field 1, expected 0, 1, 2 or 5"),
      ([0x3C], "wire type 4 for field 7"),
      ([0x00, 0x00], "byte 0: found field number 0"),
      ([0x08, 0x80], "byte 1: found a number that is cut off"),
      ([0x08] + [UInt8](repeating: 0xFF, count: 10), "a number of more than 64 bits"),
      ([0x3A] + [UInt8](repeating: 0xFF, count: 9) + [0x01], "a length of 18446744073709551615"),
      ([0x38, 0x01], "found a varint as 'graph' (field 7), expected a length and bytes"),
      ([0x0A, 0x00], "as 'ir_version' (field 1), expected a varint"),
      ([0x12, 0x01, 0xFF], "not UTF-8 as 'producer_name'"),
      ([0x3A, 0x00, 0x3A, 0x00], "byte 2: found a second graph"),
      ([0x3A, 0x00], "no operator set"),
      ([], "an empty file"),
      ([0x09, 0x01], "1 bytes, expected 8"),
    ] as [([UInt8], String)])
  func damaged(bytes: [UInt8], part: String) throws {
    let path = try folder.write(bytes, to: "a.onnx")
    expectMalformed(path, part) { _ = try ONNXModel.read(path) }
  }

  @Test("whose values do not fill a tensor's shape are refused, naming the tensor")
  func wrongValues() throws {
    for (shape, bytes, part) in [
      ([2, 3], 20, "20 bytes of values of 'w'"), ([-1], 4, "dims [-1] of 'w'"),
      ([1 << 40, 1 << 40], 4, "a size that fits in memory"), ([1 << 40], 4, "4 bytes"),
    ] {
      var tensor = ProtobufWriter()
      for size in shape { tensor.write(size, field: 1) }
      tensor.write(1, field: 2)
      tensor.write("w", field: 8)
      tensor.write(Data(count: bytes), field: 9)
      var graph = ProtobufWriter()
      graph.write(tensor.data, field: 5)
      let data = wrap(graph: graph.data)
      expectMalformed("a.onnx", "graph.initializer[0]", part) {
        _ = try ONNXModel(data: data, path: "a.onnx")
      }
    }
  }

  @Test("are read or refused but never crash, wherever they are cut")
  func truncated() {
    let whole = ONNXModelTests.model.data
    for count in 0..<whole.count {
      _ = try? ONNXModel(data: whole.prefix(count), path: "a.onnx")
    }
    // Also as a slice, whose indices do not begin at 0.
    let slice = (Data([0xFF]) + whole).dropFirst()
    #expect((try? ONNXModel(data: slice, path: "a.onnx")) == ONNXModelTests.model)
  }

  @Test("are read or refused with one error but never crash, whatever bytes change", arguments: [1])
  func fuzz(seed: UInt64) {
    let whole = [UInt8](ONNXModelTests.model.data)
    var state = seed
    func draw(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0...draw(3) {
        switch draw(3) {
        case 0: bytes[draw(bytes.count)] = UInt8(draw(256))
        case 1: bytes.insert(UInt8(draw(256)), at: draw(bytes.count))
        default: bytes.remove(at: draw(bytes.count))
        }
      }
      do {
        _ = try ONNXModel(data: Data(bytes), path: "a.onnx")
      } catch {
        guard case FileFormatError.malformed(path: "a.onnx", _, _, _) = error else {
          Issue.record("another error: \(error)")
          return
        }
      }
    }
  }

  @Test("may nest messages as deep as they like")
  func deepNesting() throws {
    // A node's subgraph in a subgraph and so on: bytes that nobody looks into.
    var graph = Data()
    for _ in 0..<2_000 {
      var writer = ProtobufWriter()
      writer.writeMessage(field: 1) { node in
        node.write("If", field: 4)
        node.writeMessage(field: 5) { attribute in
          attribute.write("then_branch", field: 1)
          attribute.write(graph, field: 6)
          attribute.write(5, field: 20)
        }
      }
      graph = writer.data
    }
    let model = try ONNXModel(data: wrap(graph: graph), path: "a.onnx")
    #expect(model.graph.nodes[0].attributes == ["then_branch": .other])
  }
}
