import FileFormats
import Foundation
import Testing

@testable import ONNXInference

@Suite("operators of quantised ONNX graphs")
struct QuantizationOperatorTests {
  private static let shape = [1, 3, 2, 5]

  @Test("quantise to the zero point's type, with one scale or one for each channel")
  func quantize() throws {
    let x = numbers(30).map { 40 * $0 }
    let cases: [(NumericArray?, ClosedRange<Float>)] = [
      (nil, 0...255),
      (NumericArray(shape: [], [UInt8(100)]), 0...255),
      (NumericArray(shape: [], [Int8(-3)]), -128...127),
      (NumericArray(shape: [3], [Int8(-3), 0, 90]), -128...127),
      (NumericArray(shape: [], [Int16(7)]), -32_768...32_767),
    ]
    for (zeroPoints, range) in cases {
      let places = zeroPoints.map { $0.asInts()! } ?? [0]
      let scales: [Float] = places.count == 3 ? [0.3, 0.11, 1.7] : [0.3]
      var graph = MadeUpGraph(Self.shape)
      var inputs = ["x", graph.constant(scales.count == 3 ? [3] : [], scales)]
      if let zeroPoints { inputs.append(graph.constant(zeroPoints)) }
      let result = try graph.run(x) { $0.append("QuantizeLinear", inputs) }
      let expected = PlainOperators.make(Self.shape) { index in
        let channel = scales.count == 3 ? index[1] : 0
        let steps = x[PlainOperators.place(index, Self.shape)] / scales[channel]
        return min(
          range.upperBound,
          max(range.lowerBound, steps.rounded(.toNearestOrEven) + Float(places[channel])))
      }
      expect(result, Self.shape, expected, tolerance: 0)
      #expect(Set(expected).count > 8)
    }
  }

  @Test("turn integers back into values: those of an image and those of constants")
  func dequantize() throws {
    let x = numbers(30).map { (50 * $0).rounded() }
    let (scales, zeroPoints): ([Float], [UInt8]) = ([0.5, 0.25, 3], [128, 7, 0])
    var graph = MadeUpGraph(Self.shape)
    let operands = [
      graph.constant([3], scales), graph.constant(NumericArray(shape: [3], zeroPoints)),
    ]
    let result = try graph.run(x) { $0.append("DequantizeLinear", ["x"] + operands) }
    expect(
      result, Self.shape,
      PlainOperators.make(Self.shape) {
        (x[PlainOperators.place($0, Self.shape)] - Float(zeroPoints[$0[1]])) * scales[$0[1]]
      })

    // Weights, with scales along another axis.
    let weights = [UInt8](0..<10)
    var constants = MadeUpGraph(Self.shape)
    let stored = constants.constant(NumericArray(shape: [2, 5], weights))
    let scale = constants.constant([2], [0.5, 4])
    let zero = constants.constant(NumericArray(shape: [2], [UInt8(3), 0]))
    let real = constants.append(
      "DequantizeLinear", [stored, scale, zero], ["axis": .integer(0)])
    let sum = try constants.run(numbers(30)) { graph in
      graph.append(
        "Add",
        [
          graph.append("Mul", ["x", graph.number(0)]),
          graph.append(
            "Slice",
            [
              real, graph.integers([1]), graph.integers([2]), graph.integers([0]),
            ]),
        ])
    }
    expect(
      sum, Self.shape,
      PlainOperators.make(Self.shape) { 4 * Float(weights[5 + $0[3]]) })
  }

  @Test("refuse what they do not express")
  func refusals() throws {
    func expectRefusal(
      _ part: String, zeroPoint: NumericArray? = nil, dataType: Int? = nil, scales: [Float] = [1],
      _ attributes: [String: ONNXAttribute] = [:], sourceLocation: SourceLocation = #_sourceLocation
    ) {
      var graph = MadeUpGraph(Self.shape)
      var inputs = ["x", graph.constant([scales.count], scales)]
      if let zeroPoint { inputs.append(graph.constant(zeroPoint, dataType: dataType)) }
      let error = #expect(throws: (any Error).self, sourceLocation: sourceLocation) {
        _ = try graph.run(numbers(30)) { $0.append("QuantizeLinear", inputs, attributes) }
      }
      #expect("\(error.map { "\($0)" } ?? "")".contains(part), sourceLocation: sourceLocation)
    }
    expectRefusal("8 or 16 bits", zeroPoint: NumericArray(shape: [], [Int32(1)]))
    expectRefusal("8 or 16 bits", ["output_dtype": .integer(17)])
    expectRefusal("expected one number or 3", scales: [1, 2])
    expectRefusal("blocks", ["block_size": .integer(2)])
  }
}
