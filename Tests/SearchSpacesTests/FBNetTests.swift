import FileFormats
import Foundation
import NeuralNetworks
import RandomStreams
import TensorKernels
import Testing

@testable import SearchSpaces

/// The table of latencies, which lies beside the repository and is not part of it.
private enum Shared {
  static let table = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/benchmarks/fbnet-latency/fbnet.csv")

  static let isThere: ConditionTrait = .enabled(
    if: FileManager.default.isReadableFile(atPath: table.path()),
    "the table is not at ../shared/benchmarks/fbnet-latency/fbnet.csv")

  /// The columns `ops` and `op_list` of every row.
  static func codes() throws -> [(digits: String, words: String)] {
    let lines = try String(contentsOf: table, encoding: .utf8).split(separator: "\n")
    try #require(lines.first?.hasPrefix("arch_index,ops,op_list,") == true)
    return lines.dropFirst().map {
      let fields = $0.split(separator: ",")
      return (String(fields[1]), String(fields[2]))
    }
  }
}

/// The space's costs by the published formula, without any network.
private enum Formula {
  struct Operation {
    let name: String
    let kernel: Int
    let expansion: Int
    let groups: Int
  }

  /// In the order of the digits; the last digit, 8, is the skip.
  static let operations = [3, 5].flatMap { kernel in
    [(1, 1), (1, 2), (3, 1), (6, 1)].map { expansion, groups in
      Operation(
        name: "k\(kernel)_e\(expansion)" + (groups > 1 ? "_g\(groups)" : ""), kernel: kernel,
        expansion: expansion, groups: groups)
    }
  }

  /// The outputs and the stride of the 22 layers; the input has 16 channels and 32 lines.
  static let layers = [
    (16, 1), (24, 1), (24, 1), (24, 1), (24, 1), (32, 2), (32, 1), (32, 1), (32, 1), (64, 2),
    (64, 1), (64, 1), (64, 1), (112, 1), (112, 1), (112, 1), (112, 1), (184, 2), (184, 1),
    (184, 1), (184, 1), (352, 1),
  ]

  /// MACs, and trained parameters: weights and two a channel of every norm.
  static func costs(_ code: String, classes: Int = 100) -> (macs: Int, parameters: Int) {
    var (channels, side) = (16, 32)
    var macs = 3 * 16 * 9 * 1024
    var parameters = 3 * 16 * 9 + 2 * 16
    for (digit, (outputs, stride)) in zip(code, layers) {
      let (area, outputSide) = (side * side, side / stride)
      let outputArea = outputSide * outputSide
      let index = digit.wholeNumberValue ?? 8
      if index < operations.count {
        let (kernel, groups) = (operations[index].kernel, operations[index].groups)
        let wide = operations[index].expansion * channels
        macs += channels * wide / groups * area
        macs += wide * kernel * kernel * outputArea
        macs += wide * outputs / groups * outputArea
        parameters += channels * wide / groups + wide * kernel * kernel + wide * outputs / groups
        parameters += 2 * (wide + wide + outputs)
      } else if channels != outputs || stride != 1 {
        macs += channels * outputs * outputArea
        parameters += channels * outputs + 2 * outputs
      }
      (channels, side) = (outputs, outputSide)
    }
    macs += 352 * 1504 * 16 + 1504 * classes
    parameters += 352 * 1504 + 2 * 1504 + 1504 * classes + classes
    return (macs, parameters)
  }
}

@Suite("the space of FBNet")
struct FBNetTests {
  static let image = TensorShape(height: 32, width: 32, channels: 3)

  func network(_ code: String) throws -> Network {
    let space = try shippedSpace("fbnet")
    return try space.network(
      for: space.architecture(key: code), input: Self.image, classes: 100)
  }

  @Test("has the layers and operations of the table's codes, in their order")
  func codes() throws {
    let space = try shippedSpace("fbnet")
    #expect(space.parameters.map(\.name) == (1...22).map { "layer_\($0)" })
    let names = Formula.operations.map(\.name) + ["skip"]
    for parameter in space.parameters {
      #expect(parameter.values == names.map { .text($0) })
      #expect(parameter.scale == .categorical)
    }
    let code = "0123456780123456780123"
    let architecture = try space.architecture(key: code)
    #expect(architecture.choices == code.map { $0.wholeNumberValue })
    #expect(space.key(of: architecture) == code)
    #expect(
      space.description(of: architecture).hasPrefix(
        "stage 1: k3_e1; stage 2: k3_e1_g2 k3_e3 k3_e6 k5_e1; stage 3: k5_e1_g2 k5_e3 k5_e6 skip;"))
    #expect(space.graphs.isEmpty)
  }

  @Test("has 9²² points, as its documentation says")
  func points() throws {
    let space = try shippedSpace("fbnet")
    #expect(abs(space.pointCount / pow(9, 22) - 1) < 1e-12)
    let documentation = try String(contentsOf: shippedFile("README.md"), encoding: .utf8)
    #expect(documentation.contains("| `fbnet.json` | 9²² (9.8 · 10²⁰)"))
  }

  @Test("costs what the formula says, for random codes")
  func randomCodes() throws {
    let space = try shippedSpace("fbnet")
    var random = RandomStream(seed: 3, purpose: "codes")
    for _ in 0..<2_000 {
      let architecture = space.randomArchitecture(using: &random)
      let costs = NetworkCosts(
        try space.network(for: architecture, input: Self.image, classes: 100))
      let expected = Formula.costs(space.key(of: architecture))
      #expect(costs.macs == expected.macs)
      #expect(costs.parameters == expected.parameters)
    }
  }

  @Test("costs what the formula says, for every row of the table", Shared.isThere)
  func table() throws {
    let space = try shippedSpace("fbnet")
    var macs: [Int] = []
    for (digits, words) in try Shared.codes() {
      let architecture = try space.architecture(key: digits)
      let names = zip(space.parameters, architecture.choices).map { $0.values[$1] }
      #expect(names == words.split(separator: " ").map { .text(String($0)) })
      let costs = NetworkCosts(
        try space.network(for: architecture, input: Self.image, classes: 100))
      #expect(costs.macs == Formula.costs(digits).macs)
      macs.append(costs.macs)
    }
    #expect(macs.count == 5_000)
    // The range that the table's description states, 29.8 M to 107.5 M.
    #expect(macs.min() == 29_828_096)
    #expect(macs.max() == 107_487_488)
  }

  private static func pointwise(
    _ channels: Int, groups: Int, _ activation: Activation?
  ) -> [Layer] {
    let convolution: Layer =
      groups == 1
      ? .convolution(kernel: 1, stride: 1, channels: channels, bias: false)
      : .groupedConvolution(kernel: 1, stride: 1, channels: channels, groups: groups, bias: false)
    return [convolution, .batchNorm] + (activation.map { [.activation($0)] } ?? [])
  }

  private static func block(
    _ operation: Formula.Operation, inputs: Int, outputs: Int, stride: Int
  ) -> [Layer] {
    pointwise(inputs * operation.expansion, groups: operation.groups, .relu)
      + (operation.groups > 1 ? [.channelShuffle(groups: operation.groups)] : [])
      + [
        .depthwiseConvolution(kernel: operation.kernel, stride: stride), .batchNorm,
        .activation(.relu),
      ] + pointwise(outputs, groups: operation.groups, nil)
      + (inputs == outputs && stride == 1 ? [.add] : [])
  }

  @Test("has the blocks of its operations", arguments: 0..<8)
  func blocks(digit: Int) throws {
    let operation = Formula.operations[digit]
    // Layers 1 (keeps its shape), 2 (widens) and 6 (widens and halves); the others are identities
    // where that is possible.
    let nodes = try network("\(digit)\(digit)888\(digit)8888888888888888").nodes
    let stem: [Layer] = [
      .input, .convolution(kernel: 3, stride: 1, channels: 16, bias: false), .batchNorm,
      .activation(.relu),
    ]
    func projection(_ channels: Int, stride: Int) -> [Layer] {
      [
        .convolution(kernel: 1, stride: stride, channels: channels, bias: false), .batchNorm,
        .activation(.relu),
      ]
    }
    let expected =
      stem + Self.block(operation, inputs: 16, outputs: 16, stride: 1)
      + Self.block(operation, inputs: 16, outputs: 24, stride: 1)
      + Self.block(operation, inputs: 24, outputs: 32, stride: 2)
      + projection(64, stride: 2) + projection(112, stride: 1) + projection(184, stride: 2)
      + projection(352, stride: 1) + projection(1504, stride: 1)
      + [.globalAveragePool, .dense(channels: 100)]
    #expect(nodes.map(\.layer) == expected)
    let sum = try #require(nodes.first { $0.layer == .add })
    #expect(sum.inputs.contains(3))
  }

  @Test("makes networks of any images, whose kernels say their groups")
  func images() throws {
    let space = try shippedSpace("fbnet")
    try space.checkNetworks(input: fashionShape, classes: 10)
    let kernels = try network("1888888888888888888888").inferenceKernels
    #expect(
      kernels.prefix(5).map(\.kind) == [
        .convolution, .pointwise, .elementwise, .depthwise, .pointwise,
      ])
    #expect(kernels.prefix(5).map(\.groups) == [1, 2, 1, 1, 2])
    #expect(kernels[4].addsResidual)
  }
}
