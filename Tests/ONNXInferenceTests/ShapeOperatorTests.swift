import FileFormats
import Foundation
import Testing

@testable import ONNXInference

@Suite("operators of ONNX graphs that move and reduce values")
struct ShapeOperatorTests {
  private let shape = [2, 3, 4, 5]
  private let x = numbers(120)

  private func at(_ index: [Int]) -> Float { x[PlainOperators.place(index, shape)] }

  /// Runs a graph of one node and compares.
  private func check(
    _ operation: String, _ operands: [[Int]] = [], _ attributes: [String: ONNXAttribute] = [:],
    operatorSet: Int = 20, output: Int = 0, outputs: Int = 1, gives expectedShape: [Int],
    sourceLocation: SourceLocation = #_sourceLocation, _ value: ([Int]) -> Float
  ) throws {
    var graph = MadeUpGraph(shape, operatorSet: operatorSet)
    let inputs = ["x"] + operands.map { graph.integers($0) }
    let name = graph.append(operation, inputs, outputs: outputs, attributes)
    expect(
      try graph.run(output == 0 ? name : "\(name).\(output)", x), expectedShape,
      PlainOperators.make(expectedShape, value), sourceLocation: sourceLocation)
  }

  @Test("see values otherwise")
  func views() throws {
    try check("Reshape", [[0, -1]], gives: [2, 60]) { x[$0[0] * 60 + $0[1]] }
    try check("Flatten", [], ["axis": .integer(2)], gives: [6, 20]) { x[$0[0] * 20 + $0[1]] }
    try check("Transpose", [], ["perm": .integers([3, 1, 0, 2])], gives: [5, 3, 2, 4]) {
      at([$0[2], $0[1], $0[3], $0[0]])
    }
    try check("Unsqueeze", [[1, -1]], gives: [2, 1, 3, 4, 5, 1]) {
      at([$0[0], $0[2], $0[3], $0[4]])
    }
    try check("Unsqueeze", [], ["axes": .integers([0])], operatorSet: 11, gives: [1, 2, 3, 4, 5]) {
      at(Array($0.dropFirst()))
    }
    try check("Slice", [[-1, 1], [-9, 9], [3, 1], [-2, 1]], gives: [2, 2, 4, 3]) {
      at([$0[0], 1 + $0[1], $0[2], 4 - 2 * $0[3]])
    }
    try check(
      "Slice", [], ["starts": .integers([1]), "ends": .integers([3]), "axes": .integers([2])],
      operatorSet: 9, gives: [2, 3, 2, 5]
    ) { at([$0[0], $0[1], 1 + $0[2], $0[3]]) }
    try check(
      "Split", [[1, 4]], ["axis": .integer(3)], output: 1, outputs: 2, gives: [2, 3, 4, 4]
    ) { at([$0[0], $0[1], $0[2], 1 + $0[3]]) }
    try check("Split", [], ["axis": .integer(1)], output: 2, outputs: 3, gives: [2, 1, 4, 5]) {
      at([$0[0], 2, $0[2], $0[3]])
    }
    try check("SpaceToDepth", [], ["blocksize": .integer(1)], gives: shape, at)
    try check("Tile", [[1, 1, 2, 1]], gives: [2, 3, 8, 5]) { at([$0[0], $0[1], $0[2] % 4, $0[3]]) }
  }

  @Test("squeeze, expand and deal channels out")
  func otherViews() throws {
    var graph = MadeUpGraph([2, 1, 4, 1])
    let flat = graph.append("Squeeze", ["x", graph.integers([1, 3])])
    let wide = graph.append("Expand", [flat, graph.integers([3, 1, 4])])
    let values = numbers(8)
    expect(
      try graph.run(wide, values), [3, 2, 4],
      PlainOperators.make([3, 2, 4]) { values[$0[1] * 4 + $0[2]] })
    var depth = MadeUpGraph([1, 8, 2, 3])
    let y = depth.append("DepthToSpace", ["x"], ["blocksize": .integer(2)])
    let z = numbers(48)
    expect(
      try depth.run(y, z), [1, 2, 4, 6],
      PlainOperators.make([1, 2, 4, 6]) {
        let block = ($0[2] % 2) * 2 + $0[3] % 2
        return z[((block * 2 + $0[1]) * 2 + $0[2] / 2) * 3 + $0[3] / 2]
      })
  }

  @Test("gather, pad and put together")
  func moves() throws {
    try check("Gather", [[2, -3, 0]], ["axis": .integer(2)], gives: [2, 3, 3, 5]) {
      at([$0[0], $0[1], [2, 1, 0][$0[2]], $0[3]])
    }
    try check("Pad", [[0, 0, 1, 2, 0, 0, 0, 1]], gives: [2, 3, 5, 8]) {
      (1..<5).contains($0[2]) && (2..<7).contains($0[3])
        ? at([$0[0], $0[1], $0[2] - 1, $0[3] - 2]) : 0
    }
    try check(
      "Pad", [[0, 0, 0, 2, 0, 0, 0, 2]], ["mode": .text("reflect")], gives: [2, 3, 4, 9]
    ) { at([$0[0], $0[1], $0[2], [2, 1, 0, 1, 2, 3, 4, 3, 2][$0[3]]]) }
    var graph = MadeUpGraph(shape)
    let c = graph.constant([2, 1, 4, 5], numbers(40, seed: 9))
    let y = graph.append("Concat", ["x", c, "x"], ["axis": .integer(1)])
    let other = numbers(40, seed: 9)
    expect(
      try graph.run(y, x), [2, 7, 4, 5],
      PlainOperators.make([2, 7, 4, 5]) { i in
        i[1] == 3
          ? other[(i[0] * 4 + i[2]) * 5 + i[3]]
          : at([i[0], i[1] < 3 ? i[1] : i[1] - 4, i[2], i[3]])
      })
    var picked = MadeUpGraph([3, 4])
    picked.graph.initializers.append(
      ONNXTensor(name: "places", NumericArray(shape: [2, 2], [Int64(2), 1, 0, -1])))
    let values = numbers(12)
    expect(
      try picked.run(values) { $0.append("GatherND", ["x", "places"]) }, [2],
      [values[9], values[3]])
    var scattered = MadeUpGraph([3, 2])
    scattered.graph.initializers.append(
      ONNXTensor(name: "places", NumericArray(shape: [1, 1], [Int64(1)])))
    let row = scattered.constant([1, 2], [7, 8])
    let six = numbers(6)
    expect(
      try scattered.run(six) { $0.append("ScatterND", ["x", "places", row]) }, [3, 2],
      [six[0], six[1], 7, 8, six[4], six[5]])
  }

  @Test("reduce along axes, given as an attribute or as an operand")
  func reductions() throws {
    try check("ReduceMean", [[2, 3]], gives: [2, 3, 1, 1]) { i in
      PlainOperators.make([4, 5]) { at([i[0], i[1]] + $0) }.reduce(0, +) / 20
    }
    try check(
      "ReduceMean", [], ["axes": .integers([-1]), "keepdims": .integer(0)], operatorSet: 13,
      gives: [2, 3, 4]
    ) { i in (0..<5).reduce(0) { $0 + at(i + [$1]) } / 5 }
    try check("ReduceSum", [[1]], ["keepdims": .integer(0)], gives: [2, 4, 5]) { i in
      (0..<3).reduce(0) { $0 + at([i[0], $1, i[1], i[2]]) }
    }
    try check("ReduceMax", [], ["axes": .integers([1, 3])], operatorSet: 13, gives: [2, 1, 4, 1]) {
      i in
      PlainOperators.make([3, 5]) { at([i[0], $0[0], i[2], $0[1]]) }.max()!
    }
    try check("ReduceMin", [], ["keepdims": .integer(0)], gives: []) { _ in x.min()! }
    try check("ReduceL2", [[3]], gives: [2, 3, 4, 1]) { i in
      (0..<5).reduce(0) { $0 + at([i[0], i[1], i[2], $1]) * at([i[0], i[1], i[2], $1]) }
        .squareRoot()
    }
  }

  @Test("normalise rows: a softmax of one axis since operator set 13, of all from it on before")
  func rows() throws {
    var new = MadeUpGraph([2, 12])
    let values = Array(x.prefix(24))
    expect(
      try new.run(values) { $0.append("Softmax", ["x"]) }, [2, 12],
      PlainOperators.softmax(values, columns: 12))
    var old = MadeUpGraph([2, 3, 4], operatorSet: 11)
    expect(
      try old.run(values) { $0.append("Softmax", ["x"]) }, [2, 3, 4],
      PlainOperators.softmax(values, columns: 12))
    var logarithm = MadeUpGraph([2, 12])
    expect(
      try logarithm.run(values) { $0.append("LogSoftmax", ["x"]) }, [2, 12],
      PlainOperators.softmax(values, columns: 12).map { logf($0) })
    var norm = MadeUpGraph([2, 3, 4])
    let (gamma, beta) = (numbers(4, seed: 3), numbers(4, seed: 4))
    let parameters = [norm.constant([4], gamma), norm.constant([4], beta)]
    expect(
      try norm.run(values) { $0.append("LayerNormalization", ["x"] + parameters) }, [2, 3, 4],
      PlainOperators.normalized(values, columns: 4).enumerated()
        .map { gamma[$0 % 4] * $1 + beta[$0 % 4] })
    var groups = MadeUpGraph([1, 4, 6])
    let four = [groups.constant([4], gamma), groups.constant([4], beta)]
    expect(
      try groups.run(values) { $0.append("InstanceNormalization", ["x"] + four) }, [1, 4, 6],
      PlainOperators.normalized(values, columns: 6).enumerated()
        .map { gamma[$0 / 6] * $1 + beta[$0 / 6] })
    var grouped = MadeUpGraph([1, 4, 6], operatorSet: 21)
    let two = [grouped.constant([4], gamma), grouped.constant([4], beta)]
    expect(
      try grouped.run(values) {
        $0.append("GroupNormalization", ["x"] + two, ["num_groups": .integer(2)])
      },
      [1, 4, 6],
      PlainOperators.normalized(values, columns: 12).enumerated()
        .map { gamma[$0 / 6] * $1 + beta[$0 / 6] })
  }

  @Test("resize by their coordinates and modes")
  func resizing() throws {
    var graph = MadeUpGraph([1, 1, 1, 4])
    let scales = graph.constant([4], [1, 1, 1, 2])
    let values: [Float] = [1, 2, 4, 8]
    let nearest = graph.append(
      "Resize", ["x", "", scales],
      ["coordinate_transformation_mode": .text("asymmetric"), "nearest_mode": .text("floor")])
    expect(try graph.run(nearest, values), [1, 1, 1, 8], [1, 1, 2, 2, 4, 4, 8, 8])
    let linear = graph.append("Resize", ["x", "", scales], ["mode": .text("linear")])
    expect(
      try graph.run(linear, values), [1, 1, 1, 8], [1, 1.25, 1.75, 2.5, 3.5, 5, 7, 8])
    let corners = graph.append(
      "Resize", ["x", "", "", graph.integers([1, 1, 1, 7])],
      [
        "mode": .text("linear"), "coordinate_transformation_mode": .text("align_corners"),
      ])
    expect(try graph.run(corners, values), [1, 1, 1, 7], [1, 1.5, 2, 3, 4, 6, 8])
  }

  @Test("that compute shapes are computed in advance")
  func shapeArithmetic() throws {
    // x in the shape [shape(x)[0], −1], the way exporters write a flattening.
    var graph = MadeUpGraph(shape)
    let sizes = graph.append("Shape", ["x"])
    let index = graph.integers([0])
    let batch = graph.append("Gather", [sizes, index])
    let rest = graph.append("Sub", [graph.integers([0]), graph.integers([1])])
    let target = graph.append("Concat", [batch, rest], ["axis": .integer(0)])
    let flat = graph.append("Reshape", ["x", target])
    // Plus the numbers 0, 1, 2 … of a range, by a chain of whole numbers and Booleans.
    let limit = graph.append("Squeeze", [graph.append("Mul", [batch, graph.integers([30])])])
    let zero = graph.append(
      "Constant", [], ["value": .tensor(ONNXTensor(name: "", NumericArray(shape: [], [Int64(0)])))])
    let one = graph.append(
      "Constant", [], ["value": .tensor(ONNXTensor(name: "", NumericArray(shape: [], [Int64(1)])))])
    let range = graph.append("Range", [zero, limit, one])
    let ones = graph.append(
      "ConstantOfShape", [graph.integers([60])],
      ["value": .tensor(ONNXTensor(name: "", NumericArray(shape: [1], [Int64(1)])))])
    let isSame = graph.append("Equal", [graph.append("Mod", [range, graph.integers([2])]), ones])
    let chosen = graph.append("Where", [isSame, range, ones])
    let floats = graph.append("Cast", [chosen], ["to": .integer(1)])
    let sum = graph.append("Add", [flat, floats])
    let result = try graph.run(sum, x)
    expect(
      result, [2, 60],
      PlainOperators.make([2, 60]) {
        x[$0[0] * 60 + $0[1]] + ($0[1] % 2 == 1 ? Float($0[1]) : 1)
      })
    // All that is left is the flattening and the sum.
    #expect(result.program.instructions.count <= 2)
  }
}
