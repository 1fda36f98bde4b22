import NeuralNetworks
import RandomStreams
import Testing

@testable import SearchSpaces

@Suite("the space for microcontrollers")
struct MicrocontrollerSpaceTests {
  static let inputs = [(28, 1), (32, 3), (96, 3)].map {
    TensorShape(height: $0, width: $0, channels: $1)
  }

  private func students(on input: TensorShape, count: Int = 400) throws -> [Network] {
    let space = try shippedSpace("microcontroller")
    var random = RandomStream(seed: 8, purpose: "microcontroller")
    return try (0..<count).map { _ in
      try space.network(
        for: space.randomArchitecture(using: &random), input: input, classes: 10)
    }
  }

  @Test("has only what CMSIS-NN has kernels for", arguments: inputs)
  func layers(input: TensorShape) throws {
    try shippedSpace("microcontroller").checkNetworks(input: input, classes: 10)
    for network in try students(on: input, count: 100) {
      for node in network.nodes {
        switch node.layer {
        case .convolution(_, _, _, _, let padding), .depthwiseConvolution(_, _, let padding):
          #expect(padding == .same)
        case .activation(let kind): #expect(kind == .relu || kind == .relu6)
        case .input, .batchNorm, .add, .globalAveragePool, .dense: break
        default: Issue.record("the space has a layer \(node.layer.name)")
        }
      }
    }
  }

  /// int8: a byte a weight and an activation, four a bias. A device's arena and file take more, so half of both.
  @Test("has plenty of students for 320 KiB and 1 MiB", arguments: inputs)
  func memory(input: TensorShape) throws {
    let students = try students(on: input)
    let fitting = students.count { network in
      let kernels = network.inferenceKernels
      let live = kernels.map { $0.valuesMoved - $0.weightCount }.max() ?? 0
      let biases = kernels.reduce(0) { $0 + $1.outputShape.channels }
      return 2 * live <= 320 << 10
        && kernels.reduce(0, { $0 + $1.weightCount }) + 3 * biases <= 512 << 10
    }
    #expect(fitting > students.count / 2)
  }

  @Test("has students of the promised costs, in millions of multiplications")
  func costs() throws {
    func macs(_ input: TensorShape) throws -> [Double] {
      try students(on: input).map { Double(NetworkCosts($0).macs) / 1e6 }.sorted()
    }
    let large = try macs(Self.inputs[2])
    #expect(large.count { $0 > 0.1 && $0 < 20 } > large.count * 4 / 5)
    #expect((6...8).contains(large[large.count / 2]))
    let small = try macs(Self.inputs[0])
    #expect(small.allSatisfy { $0 > 0.05 && $0 < 60 })
    #expect((2...3).contains(small[small.count / 2]))
  }

  @Test("climbs in MACs with the widths of its ladders", arguments: inputs)
  func ladders(input: TensorShape) throws {
    let space = try shippedSpace("microcontroller")
    for names in [
      ["separable-s", "separable-m", "separable-l"], ["inverted-s", "inverted-m", "inverted-l"],
    ] {
      let macs = try names.map { name in
        let reference = try #require(space.reference(named: name))
        return NetworkCosts(
          try space.network(for: reference.architecture, input: input, classes: 10)
        ).macs
      }
      #expect(macs == macs.sorted() && Set(macs).count == macs.count)
    }
  }
}
