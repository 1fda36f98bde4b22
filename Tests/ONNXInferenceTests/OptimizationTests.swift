import FileFormats
import Foundation
import TensorKernels
import Testing

@testable import ONNXInference

@Suite("optimised graphs")
struct OptimizationTests {
  private let shape = [2, 4, 6, 6]
  private let x = numbers(288)

  /// A graph with a convolution of 4 to `outputs` channels.
  private func convolution(
    _ outputs: Int = 4, bias: Bool = false
  ) -> (graph: MadeUpGraph, output: String) {
    var graph = MadeUpGraph(shape)
    let weights = graph.constant([outputs, 4, 3, 3], numbers(outputs * 36, seed: 2))
    let operands = bias ? [graph.constant([outputs], numbers(outputs, seed: 3))] : []
    let y = graph.append(
      "Conv", ["x", weights] + operands, ["pads": .integers([1, 1, 1, 1])])
    return (graph, y)
  }

  /// Expects both programs to give the same, and the optimised one to have so many instructions.
  @discardableResult
  private func check(
    _ graph: MadeUpGraph, _ output: String, instructions: Int, x: [Float]? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Program {
    let result = try graph.run(output, x ?? self.x)
    expect(result, result.shape, result.plain, sourceLocation: sourceLocation)
    #expect(
      result.program.instructions.count == instructions,
      "\(result.program.instructions.map(\.operation))", sourceLocation: sourceLocation)
    return result.program
  }

  @Test("have norms, scalings and activations in their convolutions", arguments: [false, true])
  func foldedNorm(bias: Bool) throws {
    var (graph, y) = convolution(6, bias: bias)
    let parts = (0..<4).map { part in
      graph.constant([6], numbers(6, seed: 10 + part).map { part == 3 ? abs($0) + 0.5 : $0 })
    }
    y = graph.append("BatchNormalization", [y] + parts)
    y = graph.append("Mul", [y, graph.constant([1, 6, 1, 1], numbers(6, seed: 20))])
    y = graph.append("Add", [graph.number(0.5), y])
    y = graph.append("Relu", [y])
    try check(graph, y, instructions: 1)
  }

  @Test("filter minimally with what follows in the same step, a few images at a time")
  func minimalFiltering() throws {
    // 16 images of 24 by 20 by 32 fill more than a group.
    let (shape, channels) = ([16, 32, 24, 20], 32)
    let image = shape.dropFirst().reduce(1, *)
    let x = numbers(shape[0] * image)
    func result(_ images: Range<Int>) throws -> MadeUpGraph.Result {
      var graph = MadeUpGraph([images.count] + shape.dropFirst())
      let weights = graph.constant(
        [channels, channels, 3, 3], numbers(channels * channels * 9, seed: 2))
      let bias = graph.constant([channels], numbers(channels, seed: 3))
      let y = graph.append("Conv", ["x", weights, bias], ["pads": .integers([1, 1, 1, 1])])
      let z = graph.append("Relu", [graph.append("Add", [y, "x"])])
      return try graph.run(z, Array(x[images.lowerBound * image..<images.upperBound * image]))
    }
    let all = try result(0..<16)
    #expect(all.program.instructions.count == 1)
    expect(all, shape, all.plain)
    #expect(try result(5..<6).optimized == Array(all.optimized[5 * image..<6 * image]))
  }

  @Test("keep a norm that something else reads, and one in front")
  func keptNorm() throws {
    var (graph, y) = convolution(4)
    let parts = (0..<4).map { part in
      graph.constant([4], numbers(4, seed: 10 + part).map { abs($0) + 0.5 })
    }
    let normal = graph.append("BatchNormalization", [y] + parts)
    y = graph.append("Mul", [normal, y])
    try check(graph, y, instructions: 3)
  }

  @Test("add what is there already, whichever operand it is", arguments: [false, true])
  func residual(isFirst: Bool) throws {
    var (graph, y) = convolution(4)
    y = graph.append("Add", isFirst ? ["x", y] : [y, "x"])
    y = graph.append("Clip", [y, graph.number(0), graph.number(6)])
    try check(graph, y, instructions: 1)
  }

  @Test("add to the later of two convolutions")
  func twoConvolutions() throws {
    var (graph, y) = convolution(4)
    let weights = graph.constant([4, 4, 1, 1], numbers(16, seed: 8))
    let shortcut = graph.append("Conv", ["x", weights])
    let both = graph.append("Relu", [graph.append("Add", [y, shortcut])])
    y = graph.append("Sub", [both, y])
    // The first is read twice, so the sum is the second's.
    try check(graph, y, instructions: 3)
  }

  static let forms: [(String, PointwiseOperation)] = [
    ("hard swish by division", .hardSwish), ("hard swish by a factor", .hardSwish),
    ("hard swish by HardSigmoid", .hardSwish), ("swish", .swish), ("gelu", .gelu),
    ("gelu, half first", .gelu), ("tanh gelu", .tanhGELU),
  ]

  @Test("know activations that are spelled out", arguments: forms.indices)
  func activations(index: Int) throws {
    let (name, function) = OptimizationTests.forms[index]
    var graph = MadeUpGraph(shape)
    func clipped(_ graph: inout MadeUpGraph) -> String {
      let sum = graph.append("Add", ["x", graph.number(3)])
      return graph.append("Clip", [sum, graph.number(0), graph.number(6)])
    }
    var y: String
    switch name {
    case "hard swish by division":
      let product = graph.append("Mul", ["x", clipped(&graph)])
      y = graph.append("Div", [product, graph.number(6)])
    case "hard swish by a factor":
      let gate = graph.append("Mul", [clipped(&graph), graph.number(1 / 6)])
      y = graph.append("Mul", [gate, "x"])
    case "hard swish by HardSigmoid":
      let gate = graph.append("HardSigmoid", ["x"], ["alpha": .float(1 / 6)])
      y = graph.append("Mul", ["x", gate])
    case "swish": y = graph.append("Mul", ["x", graph.append("Sigmoid", ["x"])])
    case "tanh gelu":
      let cube = graph.append("Pow", ["x", graph.number(3)])
      let sum = graph.append("Add", ["x", graph.append("Mul", [cube, graph.number(0.044_715)])])
      let tanh = graph.append("Tanh", [graph.append("Mul", [sum, graph.number(0.797_884_56)])])
      let share = graph.append("Add", [tanh, graph.number(1)])
      y = graph.append("Mul", [graph.append("Mul", ["x", graph.number(0.5)]), share])
    default:
      let erf = graph.append("Erf", [graph.append("Div", ["x", graph.number(1.414_213_56)])])
      let share = graph.append("Add", [erf, graph.number(1)])
      if name == "gelu" {
        y = graph.append("Mul", [graph.append("Mul", ["x", share]), graph.number(0.5)])
      } else {
        y = graph.append("Mul", [graph.append("Mul", ["x", graph.number(0.5)]), share])
      }
    }
    let program = try check(graph, y, instructions: 1)
    guard case .pointwise(let found) = program.instructions[0].operation else {
      Issue.record("\(program.instructions[0].operation)")
      return
    }
    #expect(found == function)
  }

  @Test("know attention with a scale and a bias, and a norm that is spelled out")
  func attention() throws {
    var graph = MadeUpGraph([2, 3, 5, 8])
    let scaled = graph.append("Mul", ["x", graph.number(0.35)])
    let keys = graph.append("Transpose", ["x"], ["perm": .integers([0, 1, 3, 2])])
    let scores = graph.append("MatMul", [scaled, keys])
    let bias = graph.constant([1, 3, 5, 5], numbers(75, seed: 4))
    let weights = graph.append(
      "Softmax", [graph.append("Add", [scores, bias])], ["axis": .integer(-1)])
    let values = graph.append("Relu", ["x"])
    var y = graph.append("MatMul", [weights, values])
    y = graph.append("Transpose", [y], ["perm": .integers([0, 2, 1, 3])])
    y = graph.append("Reshape", [y, graph.integers([2, 5, 24])])
    let program = try check(graph, y, instructions: 5, x: numbers(240))
    #expect(
      program.instructions.contains {
        if case .attention(let attention) = $0.operation {
          attention.hasAddend && attention.scale == 0.35
        } else {
          false
        }
      })
    var norm = MadeUpGraph([3, 7])
    let mean = norm.append("ReduceMean", ["x", norm.integers([-1])])
    let centered = norm.append("Sub", ["x", mean])
    let square = norm.append("Pow", [centered, norm.number(2)])
    let variance = norm.append("ReduceMean", [square, norm.integers([-1])])
    let deviation = norm.append("Sqrt", [norm.append("Add", [variance, norm.number(1e-5)])])
    let normal = norm.append("Div", [centered, deviation])
    let scale = norm.append("Mul", [normal, norm.constant([7], numbers(7, seed: 2))])
    let shift = norm.append("Add", [scale, norm.constant([7], numbers(7, seed: 3))])
    try check(norm, shift, instructions: 1, x: numbers(21))
  }

  @Test("pad within the convolution")
  func padding() throws {
    var graph = MadeUpGraph(shape)
    let padded = graph.append("Pad", ["x", graph.integers([0, 0, 0, 1, 0, 0, 1, 2])])
    let weights = graph.constant([5, 4, 3, 3], numbers(180, seed: 2))
    let y = graph.append("Conv", [padded, weights], ["strides": .integers([2, 2])])
    try check(graph, y, instructions: 1)
  }

  @Test("need no copy for the transpositions of a network with norms of channels")
  func transpositions() throws {
    var (graph, y) = convolution(4)
    y = graph.append("Transpose", [y], ["perm": .integers([0, 2, 3, 1])])
    let parameters = [
      graph.constant([4], numbers(4, seed: 3)), graph.constant([4], numbers(4, seed: 4)),
    ]
    y = graph.append("LayerNormalization", [y] + parameters)
    y = graph.append("MatMul", [y, graph.constant([4, 4], numbers(16, seed: 5))])
    y = graph.append("Transpose", [y], ["perm": .integers([0, 3, 1, 2])])
    let weights = graph.constant([4, 4, 1, 1], numbers(16, seed: 6))
    y = graph.append("Conv", [y, weights])
    let program = try check(graph, y, instructions: 6)
    let copies = Executable(program, weights: WeightStore()).titles
      .filter { $0.hasPrefix("copy") }
    // Only the output, which is wanted in the order of its indices.
    #expect(copies == ["copy output"])
  }
}
