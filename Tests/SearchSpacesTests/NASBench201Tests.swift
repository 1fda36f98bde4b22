import NeuralNetworks
import TestSupport
import Testing

@testable import SearchSpaces

@Suite("the space of NAS-Bench-201")
struct NASBench201Tests {
  static let image = TensorShape(height: 32, width: 32, channels: 3)

  func network(_ key: String, classes: Int = 10) throws -> Network {
    let space = try shippedSpace("nas-bench-201")
    return try space.network(
      for: space.architecture(key: key), input: Self.image, classes: classes)
  }

  @Test("has the edges and operations of the table's codes, in their order")
  func codes() throws {
    let space = try shippedSpace("nas-bench-201")
    let architecture = space.architecture(choices: [0, 1, 2, 3, 4, 0])
    #expect(space.key(of: architecture) == "012340")
    #expect(
      space.description(of: architecture)
        == "node 1: none(0); node 2: skip(0) 1×1(1); node 3: 3×3(0) pool(1) none(2)")
    let graph = try #require(space.graphs.first)
    #expect(space.graphs.count == 1)
    #expect(graph.nodeCount == 4)
    #expect(graph.operationNames == ["nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"])
    #expect(graph.edges.map(\.to) == [1, 2, 2, 3, 3, 3])
    #expect(graph.edges.map(\.from) == [0, 0, 1, 0, 1, 2])
    #expect(graph.edges.map(\.parameter) == Array(0..<6))
    #expect(
      graph.edges.allSatisfy {
        $0.roles == [.absent, .identity, .operation(0), .operation(1), .operation(2)]
      })
  }

  /// Published for CIFAR-10 with dead edges counted: 220.1 M MACs and 1.5315 M parameters for six 3×3
  /// convolutions, 0.0733 M parameters for a cell without any.
  /// Source: Dong and Yang, ICLR 2020, arXiv:2001.00326.
  @Test("gives the published costs of the benchmark's network")
  func published() throws {
    let largest = NetworkCosts(try network("333333"))
    #expect(largest.macs == 220_119_680)
    #expect(largest.parameters == 1_531_546)
    let empty = NetworkCosts(try network("000000"))
    #expect(empty.macs == 7_783_040)
    #expect(empty.parameters == 73_306)
  }

  /// What one convolution on an edge costs: five cells in each of three stages, whose sides halve and
  /// whose widths double, so that each stage has the same MACs. A norm has two parameters a channel.
  static func edgeCosts(kernel: Int) -> (macs: Int, parameters: Int) {
    let weights = [16, 32, 64].map { kernel * kernel * $0 * $0 }
    return (
      5 * zip(weights, [1024, 256, 64]).reduce(0) { $0 + $1.0 * $1.1 },
      5 * (weights.reduce(0, +) + 2 * (16 + 32 + 64))
    )
  }

  /// The operations on the edges of a code that some path from node 0 to node 3 takes.
  static func liveDigits(_ key: String) -> [Character] {
    let digits = Array(key)
    let paths = [[3], [0, 4], [1, 5], [0, 2, 5]]
    let edges = Set(paths.filter { $0.allSatisfy { digits[$0] != "0" } }.joined())
    return edges.map { digits[$0] }
  }

  @Test("makes a network of every code, whose costs are those of its live convolutions")
  func allCells() throws {
    let space = try shippedSpace("nas-bench-201")
    let (small, large) = (Self.edgeCosts(kernel: 1), Self.edgeCosts(kernel: 3))
    for number in Thoroughness.every(7, of: 0..<15_625) {
      let key = cellKey(number)
      let network = try space.network(
        for: space.architecture(key: key), input: Self.image, classes: 10)
      let live = Self.liveDigits(key)
      let (smalls, larges) = (live.count { $0 == "2" }, live.count { $0 == "3" })
      let layout = ParameterLayout(network)
      #expect(
        layout.parameterCount == 73_306 + smalls * small.parameters + larges * large.parameters)
      #expect(network.nodes.contains { $0.layer == .zero } == live.isEmpty)
      // Costs take longer than the network itself: those of one cell in ten.
      guard number % 10 == 3 else { continue }
      #expect(
        NetworkCosts(network).macs == 7_783_040 + smalls * small.macs + larges * large.macs)
    }
  }

  @Test("halves and widens as the benchmark does: activation first, pooled shortcut without a norm")
  func halving() throws {
    // Identities alone: what is left is stem, two halvings and the head.
    let nodes = try network("000100", classes: 7).nodes
    func halving(_ width: Int) -> [Layer] {
      [
        .activation(.relu), .convolution(kernel: 3, stride: 2, channels: width, bias: false),
        .batchNorm, .activation(.relu),
        .convolution(kernel: 3, stride: 1, channels: width, bias: false), .batchNorm,
        .pooling(.average, kernel: 2, stride: 2, padding: 0),
        .convolution(kernel: 1, stride: 1, channels: width, bias: false), .add,
      ]
    }
    let stem: [Layer] = [
      .input, .convolution(kernel: 3, stride: 1, channels: 16, bias: false), .batchNorm,
    ]
    let head: [Layer] = [
      .batchNorm, .activation(.relu), .globalAveragePool, .dense(channels: 7),
    ]
    #expect(nodes.map(\.layer) == stem + halving(32) + halving(64) + head)
    #expect(nodes[9].inputs == [2])
    #expect(nodes[11].inputs == [10, 8])
    #expect(nodes[20].shape == TensorShape(height: 8, width: 8, channels: 64))
  }

  @Test("is for images whose sides divide by 4")
  func images() throws {
    let space = try shippedSpace("nas-bench-201")
    for (side, channels) in [(28, 1), (32, 3), (4, 3)] {
      let image = TensorShape(height: side, width: side, channels: channels)
      try space.checkNetworks(input: image, classes: 10)
    }
    func macs(_ key: String) throws -> Int {
      NetworkCosts(
        try space.network(for: space.architecture(key: key), input: fashionShape, classes: 10)
      ).macs
    }
    #expect(try macs("000000") == 5_733_248)
    #expect(try macs("333333") == 168_303_488)
    let odd = TensorShape(height: 30, width: 30, channels: 1)
    let error = try #require(throws: SearchSpaceError.self) {
      try space.checkNetworks(input: odd, classes: 10)
    }
    #expect(error.description.hasSuffix("add: cannot add 8×8×64 to 7×7×64"))
  }
}
