import NeuralNetworks
import Testing

@testable import SearchSpaces

@Suite("the workload of an architecture")
struct WorkloadTests {
  private func workload(_ key: String) throws -> InferenceWorkload {
    let space = try shippedSpace("nas-bench-201")
    return try space.workload(
      of: space.architecture(key: key), input: NASBench201Tests.image, classes: 10)
  }

  @Test("has the kernels and costs of the network, and says which it is")
  func live() throws {
    for key in ["333333", "300300", "012340", "000000"] {
      let workload = try workload(key)
      let space = try shippedSpace("nas-bench-201")
      let network = try space.network(
        for: space.architecture(key: key), input: NASBench201Tests.image, classes: 10)
      #expect(workload.kernels == network.inferenceKernels)
      #expect(workload.costs == NetworkCosts(network))
      #expect(workload.depth == network.depth)
      #expect(workload.origin == InferenceWorkload.Origin(space: space.name, key: key))
    }
  }

  @Test("has no idle kernels where every edge leads from input to output, or is not there")
  func full() throws {
    for key in ["333333", "222222", "111111", "000100", "000000", "300030"] {
      #expect(try workload(key).idleKernels.isEmpty, "\(key)")
    }
  }

  /// Edge 0 → 1 leads nowhere; the output is one convolution of the input.
  @Test(
    "has a ReLU and a convolution in each of the five cells of a stage that an edge leads nowhere")
  func deadConvolution() throws {
    let idle = try workload("300300").idleKernels
    #expect(idle.count == 2 * 15)
    #expect(
      idle.map(\.kind) == Array(repeating: [.elementwise, .convolution], count: 15).flatMap { $0 })
    let shapes = [(32, 16), (16, 32), (8, 64)].flatMap { side, channels in
      Array(repeating: TensorShape(height: side, width: side, channels: channels), count: 10)
    }
    #expect(idle.map(\.inputShape) == shapes && idle.map(\.outputShape) == shapes)
    for (kernel, shape) in zip(idle, shapes) where kernel.kind == .convolution {
      #expect(kernel.kernelSize == 3 && kernel.stride == 1 && kernel.addsResidual)
      #expect(kernel.macs == 9 * shape.channels * shape.elementCount)
    }
    for kernel in idle where kernel.kind == .elementwise {
      #expect(kernel.activation == .relu && kernel.macs == 0 && kernel.weightCount == 0)
    }
  }

  @Test("counts every dead edge, whatever is on it and wherever it hangs")
  func deadEdges() throws {
    // An identity that leads nowhere is a sum that nothing reads.
    let identity = try workload("100300").idleKernels
    #expect(identity.map(\.kind) == Array(repeating: .elementwise, count: 15))
    #expect(identity.allSatisfy { $0.addsResidual })
    // Edge 1 → 2 comes from a node that nothing enters, and 2 is read by nothing.
    let pool = try workload("004300").idleKernels
    #expect(pool.count { $0.kind == .pooling } == 15)
    // Nothing leads to the output: both edges are idle.
    let zeros = try workload("320000")
    #expect(zeros.idleKernels.count { $0.kind == .convolution } == 15)
    #expect(zeros.idleKernels.count { $0.kind == .pointwise } == 15)
    #expect(zeros.kernels.contains { $0.kind == .convolution && $0.stride == 2 })
  }

  @Test("has none in a space without graphs")
  func withoutGraphs() throws {
    let space = try shippedSpace("mobile-cnn")
    let architecture = space.architecture(choices: space.parameters.map { _ in 0 })
    let workload = try space.workload(of: architecture, input: fashionShape, classes: 10)
    #expect(workload.idleKernels.isEmpty && !workload.kernels.isEmpty)
    #expect(workload.origin?.space == space.name)
    #expect(workload.origin?.key == space.key(of: architecture))
  }

  @Test("is the same error as the network where none can be built")
  func errors() throws {
    let space = try shippedSpace("nas-bench-201")
    let odd = TensorShape(height: 30, width: 30, channels: 1)
    let architecture = try space.architecture(key: "333333")
    let expected = try #require(throws: SearchSpaceError.self) {
      try space.network(for: architecture, input: odd, classes: 10)
    }
    #expect(throws: expected) { try space.workload(of: architecture, input: odd, classes: 10) }
  }

  @Test("notes no more than the graph's idle edges")
  func idleEdges() throws {
    let space = try shippedSpace("nas-bench-201")
    let graph = try #require(space.graphs.first)
    for number in stride(from: 0, to: 15_625, by: 7) {
      let architecture = try space.architecture(key: cellKey(number))
      let (live, idle) = (graph.live(in: architecture).edges, graph.idle(in: architecture))
      let present = space.key(of: architecture).count { $0 != "0" }
      #expect(live.count + idle.count == present)
      #expect(Set(live.map(\.index)).isDisjoint(with: idle.map(\.index)))
    }
  }
}
