import NetworkFixtures
import NeuralNetworks
import Testing

@testable import DeployedModels

@Suite("deployed models as priced kernels")
struct WorkloadTests {
  @Test("count what the network counts", arguments: ["mobile-cnn", "plain-residual"])
  func students(space: String) throws {
    for network in try NetworkFixtures.students(of: space, count: 5) {
      let model = try LoweredNetwork(structureOf: network).model
      let costs = model.workload.costs
      let expected = NetworkCosts(network)
      #expect(costs.macs == expected.macs && costs.macs == model.macs)
      #expect(model.precision == .fp32)
      #expect(model.kernels.count == model.operators.count)
      // Norms are folded: what is left is what inference reads, and the scalars of hard sigmoids.
      let scalars = model.operators.filter { $0.kind == .add || $0.kind == .multiply }
        .reduce(0) { sum, step in
          sum + step.inputs.dropFirst().filter { model.tensors[$0].isConstant }.count
        }
      #expect(4 * (costs.parameters - scalars) == expected.weightBytes)
      #expect(costs.weightBytes == 4 * costs.parameters)
    }
  }

  @Test(
    "take the bytes of the int8 file's constants", arguments: ["microcontroller", "mobile-cnn"])
  func int8Bytes(space: String) throws {
    for network in try NetworkFixtures.students(of: space, count: 5) {
      let model = try LoweredNetwork(structureOf: network).model.int8Structure()
      var held: Set<Int> = []
      for step in model.operators where step.kind.readsParameters {
        held.formUnion(step.inputs.dropFirst().filter { model.tensors[$0].isConstant })
      }
      let bytes = held.reduce(0) { $0 + model.tensors[$1].byteCount }
      #expect(model.workload.weightBytes(at: .int8) == bytes)
      // A hard sigmoid's scalars are operators of the file and no weights of the network.
      let scalars = held.filter { model.tensors[$0].elementCount == 1 }.count
      #expect(InferenceWorkload(network).weightBytes(at: .int8) == bytes - scalars)
    }
  }

  @Test("have the kernels of the network where each operator is one")
  func kernels() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 9, width: 9, channels: 2))
    try builder.append(.convolution(kernel: 3, stride: 2, channels: 4, bias: true))
    try builder.append(.activation(.relu6))
    try builder.append(.depthwiseConvolution(kernel: 5, stride: 1))
    try builder.append(.batchNorm)
    try builder.append(.convolution(kernel: 1, stride: 1, channels: 8, bias: false))
    try builder.append(.batchNorm)
    try builder.append(.activation(.relu))
    try builder.append(.pooling(.max, kernel: 2, stride: 2, padding: 0))
    try builder.append(.globalAveragePool)
    let network = try builder.network()
    let model = try LoweredNetwork(structureOf: network).model
    let kernels = model.kernels.filter { $0.kind != .elementwise }
    #expect(kernels == network.inferenceKernels)
    #expect(model.operators.last?.kind == .reshape)
  }

  @Test("read a second tensor where they add one")
  func sums() throws {
    let model = try LoweredNetwork(structureOf: unusualNetwork(height: 7)).model
    for (step, kernel) in zip(model.operators, model.kernels) where step.kind == .add {
      #expect(kernel.addsResidual == !model.tensors[step.inputs[1]].isConstant)
    }
    #expect(model.kernels.contains { $0.groups == 2 })
  }
}
