import FileFormats
import Foundation
import Testing

@testable import ONNXInference

/// Expects what a graph gives, traced and optimised, to be what plain loops give.
func expect(
  _ result: MadeUpGraph.Result, _ shape: [Int], _ expected: [Float], tolerance: Float = 1e-5,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(result.shape == shape, sourceLocation: sourceLocation)
  let largest = expected.reduce(1) { max($0, abs($1)) }
  for values in [result.plain, result.optimized] {
    #expect(values.count == expected.count, sourceLocation: sourceLocation)
    let difference = zip(values, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(difference <= tolerance * largest, sourceLocation: sourceLocation)
  }
}

@Suite("operators of ONNX graphs")
struct OperatorTests {
  private typealias Plain = PlainOperators

  struct Convolution: CustomTestStringConvertible {
    let channels: Int
    let outputs: Int
    let groups: Int
    let kernel, strides, dilations, pads: [Int]
    var testDescription: String {
      "\(channels)→\(outputs)/\(groups) \(kernel) \(strides) \(dilations) \(pads)"
    }

    init(
      _ channels: Int, _ outputs: Int, _ kernel: [Int], groups: Int = 1, strides: [Int] = [1, 1],
      dilations: [Int] = [1, 1], pads: [Int] = [0, 0, 0, 0]
    ) {
      (self.channels, self.outputs, self.groups) = (channels, outputs, groups)
      (self.kernel, self.strides) = (kernel, strides)
      (self.dilations, self.pads) = (dilations, pads)
    }
  }

  @Test(
    "convolve by any window",
    arguments: [
      Convolution(3, 5, [1, 1]), Convolution(3, 40, [3, 3], pads: [1, 1, 1, 1]),
      Convolution(4, 6, [3, 3], strides: [2, 2], pads: [0, 0, 1, 1]),
      Convolution(4, 6, [2, 4], pads: [1, 0, 0, 2]), Convolution(4, 4, [1, 1], strides: [2, 2]),
      Convolution(4, 6, [3, 3], dilations: [2, 2], pads: [2, 2, 2, 2]),
      Convolution(4, 6, [3, 1], dilations: [2, 1]), Convolution(6, 4, [9, 11]),
      Convolution(8, 8, [3, 3], groups: 8, pads: [1, 1, 1, 1]),
      Convolution(20, 20, [5, 5], groups: 20, strides: [2, 2], pads: [2, 2, 2, 2]),
      Convolution(8, 8, [2, 3], groups: 8, dilations: [1, 2], pads: [1, 0, 1, 2]),
      Convolution(8, 16, [3, 3], groups: 4, pads: [1, 1, 1, 1]),
      Convolution(12, 6, [3, 3], groups: 3, strides: [2, 1], pads: [1, 1, 1, 1]),
      Convolution(4, 8, [1, 1], groups: 2), Convolution(4, 8, [3, 3], groups: 4),
      // By minimal filtering.
      Convolution(16, 24, [3, 3], pads: [1, 1, 1, 1]),
      Convolution(33, 20, [3, 3], pads: [1, 1, 1, 1]),
    ])
  func convolutions(_ c: Convolution) throws {
    let shape = [2, c.channels, 9, 11]
    let weights = numbers(
      c.outputs * c.channels / c.groups * c.kernel.reduce(1, *), seed: 2)
    let bias = numbers(c.outputs, seed: 3)
    var graph = MadeUpGraph(shape)
    let w = graph.constant([c.outputs, c.channels / c.groups] + c.kernel, weights)
    let b = graph.constant([c.outputs], bias)
    let y = graph.append(
      "Conv", ["x", w, b],
      [
        "group": .integer(c.groups), "strides": .integers(c.strides),
        "dilations": .integers(c.dilations), "pads": .integers(c.pads),
      ])
    let window = PlainOperators.Window(
      kernel: c.kernel, strides: c.strides, dilations: c.dilations, pads: c.pads,
      groups: c.groups)
    let x = numbers(shape.reduce(1, *))
    expect(
      try graph.run(y, x), [2, c.outputs] + window.outputs(shape),
      PlainOperators.convolution(x, shape, weights, outputs: c.outputs, bias: bias, window))
  }

  @Test("pool images", arguments: [true, false])
  func pooling(isMaximum: Bool) throws {
    let shape = [2, 5, 7, 8]
    let x = numbers(shape.reduce(1, *))
    var graph = MadeUpGraph(shape)
    let y = graph.append(
      isMaximum ? "MaxPool" : "AveragePool", ["x"],
      [
        "kernel_shape": .integers([3, 2]), "strides": .integers([2, 2]),
        "pads": .integers([1, 0, 1, 1]),
      ])
    let window = PlainOperators.Window(
      kernel: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1])
    expect(
      try graph.run(y, x), [2, 5] + window.outputs(shape),
      PlainOperators.pool(x, shape, isMaximum: isMaximum, window))
    var whole = MadeUpGraph(shape)
    let z = whole.append(isMaximum ? "GlobalMaxPool" : "GlobalAveragePool", ["x"])
    expect(
      try whole.run(z, x), [2, 5, 1, 1],
      PlainOperators.pool(
        x, shape, isMaximum: isMaximum, PlainOperators.Window(kernel: [7, 8])))
  }

  static let functions: [(String, [String: ONNXAttribute], @Sendable (Float) -> Float)] = [
    ("Relu", [:], { max($0, 0) }), ("Sigmoid", [:], { 1 / (1 + expf(-$0)) }),
    ("Tanh", [:], { tanhf($0) }), ("Exp", [:], { expf($0) }), ("Erf", [:], { erff($0) }),
    ("Neg", [:], { -$0 }), ("Abs", [:], { abs($0) }), ("Floor", [:], { $0.rounded(.down) }),
    ("Ceil", [:], { $0.rounded(.up) }), ("Round", [:], { $0.rounded(.toNearestOrEven) }),
    ("Reciprocal", [:], { 1 / $0 }), ("Sign", [:], { $0 > 0 ? 1 : -1 }),
    ("Softplus", [:], { log1pf(expf($0)) }), ("Softsign", [:], { $0 / (1 + abs($0)) }),
    ("Mish", [:], { $0 * tanhf(log1pf(expf($0))) }),
    ("HardSwish", [:], { $0 * min(max($0 / 6 + 0.5, 0), 1) }),
    ("HardSigmoid", ["alpha": .float(0.3)], { min(max(0.3 * $0 + 0.5, 0), 1) }),
    ("LeakyRelu", ["alpha": .float(0.2)], { $0 < 0 ? 0.2 * $0 : $0 }),
    ("Elu", [:], { $0 < 0 ? expf($0) - 1 : $0 }),
    ("Gelu", [:], { $0 * 0.5 * (1 + PlainOperators.erf($0 * 0.707_106_78)) }),
    (
      "Gelu", ["approximate": .text("tanh")],
      { 0.5 * $0 * (1 + tanhf(0.797_884_56 * ($0 + 0.044_715 * $0 * $0 * $0))) }
    ),
    ("Sin", [:], { sinf($0) }), ("Cos", [:], { cosf($0) }),
    ("ThresholdedRelu", ["alpha": .float(0.5)], { $0 > 0.5 ? $0 : 0 }), ("Identity", [:], { $0 }),
    ("Dropout", [:], { $0 }),
  ]

  @Test("of one value are their functions", arguments: functions.indices)
  func pointwise(index: Int) throws {
    let (name, attributes, function) = OperatorTests.functions[index]
    // Not a multiple of the vector, and large values too.
    let x = numbers(37) + [-30, 30, 12, -12]
    var graph = MadeUpGraph([1, 41])
    let y = graph.append(name, ["x"], attributes)
    let expected = x.map { function($0) }
    let result = try graph.run(y, x)
    #expect(result.shape == [1, 41])
    for (value, number) in zip(result.optimized, expected) {
      #expect(abs(value - number) <= 2e-6 * max(1, abs(number)), "\(name): \(value), \(number)")
    }
  }

  @Test("of positive values are their functions")
  func rootAndLogarithm() throws {
    let x = numbers(20).map { abs($0) + 0.1 }
    for (name, function) in [("Sqrt", sqrtf), ("Log", logf)] {
      var graph = MadeUpGraph([4, 5])
      let y = graph.append(name, ["x"])
      expect(try graph.run(y, x), [4, 5], x.map(function))
    }
  }

  static let combinations: [(String, @Sendable (Float, Float) -> Float)] = [
    ("Add", { $0 + $1 }), ("Sub", { $0 - $1 }), ("Mul", { $0 * $1 }), ("Div", { $0 / $1 }),
    ("Min", { min($0, $1) }), ("Max", { max($0, $1) }), ("PRelu", { $0 < 0 ? $0 * $1 : $0 }),
    ("Sum", { $0 + $1 }), ("Mean", { ($0 + $1) / 2 }),
  ]

  @Test("of two values broadcast, computed or constant", arguments: combinations.indices)
  func combining(index: Int) throws {
    let (name, function) = OperatorTests.combinations[index]
    let shape = [2, 3, 4, 5]
    let x = numbers(120)
    for other in [[3, 1, 1], [5], [2, 3, 4, 5], [], [2, 1, 4, 1]] {
      let values = numbers(other.reduce(1, *), seed: 5).map { $0 + 3 }
      let expected = PlainOperators.make(shape) { i in
        let own = zip(i.suffix(other.count), other).map { $1 == 1 ? 0 : $0 }
        return function(
          x[PlainOperators.place(i, shape)], values[PlainOperators.place(own, other)])
      }
      var graph = MadeUpGraph(shape)
      let c = graph.constant(other, values)
      expect(try graph.run(x) { $0.append(name, ["x", c]) }, shape, expected)
    }
    var square = MadeUpGraph(shape)
    let turned = square.append("Neg", ["x"])
    expect(
      try square.run(x) { $0.append(name, ["x", turned]) }, shape, x.map { function($0, -$0) })
  }

  @Test("compare and choose")
  func choice() throws {
    let x = numbers(12)
    var graph = MadeUpGraph([3, 4])
    let zero = graph.number(0)
    let isPositive = graph.append("Greater", ["x", zero])
    let isSmall = graph.append("Less", ["x", graph.number(1)])
    let both = graph.append("And", [isPositive, isSmall])
    let other = graph.append("Or", [graph.append("Not", [both]), isPositive])
    let y = graph.append("Where", [both, "x", zero])
    let z = graph.append("Cast", [other], ["to": .integer(1)])
    let sum = graph.append("Add", [y, z])
    expect(
      try graph.run(sum, x), [3, 4],
      x.map { ($0 > 0 && $0 < 1 ? $0 : 0) + (!($0 > 0 && $0 < 1) || $0 > 0 ? 1 : 0) })
  }

  @Test("clip by attributes and by operands, and take powers")
  func bounds() throws {
    let x = numbers(12)
    var old = MadeUpGraph([3, 4], operatorSet: 9)
    let y = old.append("Clip", ["x"], ["min": .float(-0.5), "max": .float(1)])
    expect(try old.run(y, x), [3, 4], x.map { min(max($0, -0.5), 1) })
    var new = MadeUpGraph([3, 4])
    let upper = new.number(0.25)
    expect(
      try new.run(x) { $0.append("Clip", ["x", "", upper]) }, [3, 4], x.map { min($0, 0.25) })
    var power = MadeUpGraph([3, 4])
    let cube = power.append("Pow", ["x", power.number(3)])
    expect(try power.run(cube, x), [3, 4], x.map { $0 * $0 * $0 })
    var remainder = MadeUpGraph([3, 4])
    let rest = remainder.append("Mod", ["x", remainder.number(0.75)], ["fmod": .integer(1)])
    expect(try remainder.run(rest, x), [3, 4], x.map { fmodf($0, 0.75) })
  }

  @Test("multiply matrices, constant and computed, and of batches")
  func products() throws {
    let x = numbers(2 * 3 * 5)
    let w = numbers(5 * 7, seed: 2)
    var graph = MadeUpGraph([2, 3, 5])
    let weight = graph.constant([5, 7], w)
    expect(
      try graph.run(x) { $0.append("MatMul", ["x", weight]) }, [2, 3, 7],
      PlainOperators.product(x, w + w, 2, 3, 5, 7))
    var square = MadeUpGraph([2, 3, 5])
    let turned = square.append("Transpose", ["x"], ["perm": .integers([0, 2, 1])])
    let transposed = PlainOperators.make([2, 5, 3]) { x[($0[0] * 3 + $0[2]) * 5 + $0[1]] }
    expect(
      try square.run(x) { $0.append("MatMul", ["x", turned]) }, [2, 3, 3],
      PlainOperators.product(x, transposed, 2, 3, 5, 3))
    var dense = MadeUpGraph([3, 5])
    let matrix = dense.constant([7, 5], PlainOperators.make([7, 5]) { w[$0[1] * 7 + $0[0]] })
    let bias = dense.constant([7], numbers(7, seed: 4))
    let y = dense.append(
      "Gemm", ["x", matrix, bias],
      ["transB": .integer(1), "alpha": .float(0.5), "beta": .float(2)])
    let b = numbers(7, seed: 4)
    expect(
      try dense.run(y, Array(x.prefix(15))), [3, 7],
      PlainOperators.product(Array(x.prefix(15)), w, 1, 3, 5, 7).enumerated()
        .map { 0.5 * $1 + 2 * b[$0 % 7] })
  }

  @Test("of long rows are exact, too: products go through depth in stretches")
  func deepProduct() throws {
    let (m, k, n) = (114, 1100, 18)
    let (x, w) = (numbers(m * k), numbers(k * n, seed: 2))
    var graph = MadeUpGraph([m, k])
    let weight = graph.constant([k, n], w)
    expect(
      try graph.run(x) { $0.append("MatMul", ["x", weight]) }, [m, n],
      PlainOperators.product(x, w, 1, m, k, n))
  }
}
