import TensorKernels
import Testing

@testable import NeuralNetworks

@Suite("starting weights")
struct ParameterLayoutInitializationTests {
  private func initialized(_ network: Network, seed: UInt64) -> [Float] {
    let layout = ParameterLayout(network)
    // What was there before must not matter.
    var parameters = [Float](repeating: .nan, count: layout.parameterFloats)
    layout.initialize(&parameters, seed: seed)
    return parameters
  }

  private func values(_ tensor: ParameterLayout.Tensor, in parameters: [Float]) -> [Double] {
    parameters[tensor.offset..<tensor.offset + tensor.count].map(Double.init)
  }

  /// Layers with a few thousand weights each.
  private func wideNetwork() throws -> Network {
    var builder = NetworkBuilder(input: TensorShape(height: 8, width: 8, channels: 24))
    try builder.append(.convolution(kernel: 3, stride: 1, channels: 40, bias: true))
    try builder.append(.convolution(kernel: 3, stride: 1, channels: 40, bias: false))
    try builder.append(.convolution(kernel: 1, stride: 1, channels: 96, bias: false))
    try builder.append(.batchNorm)
    try builder.append(.depthwiseConvolution(kernel: 5, stride: 1))
    try builder.append(.squeezeExcitation(hidden: 32))
    try builder.append(
      .groupedConvolution(kernel: 3, stride: 1, channels: 80, groups: 4, bias: false))
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 64))
    try builder.append(.dense(channels: 50))
    return try builder.network()
  }

  /// Five standard errors: the mean of n draws has σ/√n, their variance σ²·√(2/n).
  @Test(
    "lie evenly within ±1/√fan-in: mean 0, variance a third of its square",
    arguments: [1, 2, 3] as [UInt64])
  func variance(seed: UInt64) throws {
    let network = try wideNetwork()
    let parameters = initialized(network, seed: seed)
    let fanIns: [String: Double] = [
      "1.weight": 216, "2.weight": 360, "3.weight": 40, "5.weight": 25, "6.squeeze.weight": 96,
      "6.excite.weight": 32, "7.weight": 216, "9.weight": 80, "10.weight": 64,
    ]
    var checked = 0
    for tensor in ParameterLayout(network).parameters {
      guard let fanIn = fanIns[tensor.name] else { continue }
      let variance = 1 / (3 * fanIn)
      let values = values(tensor, in: parameters)
      let count = Double(values.count)
      let mean = values.reduce(0, +) / count
      let spread = values.reduce(0) { $0 + $1 * $1 } / count
      #expect(values.allSatisfy { abs($0) <= 1 / fanIn.squareRoot() + 1e-9 }, "\(tensor.name)")
      #expect(abs(mean) < 5 * (variance / count).squareRoot(), "\(tensor.name)")
      #expect(abs(spread / variance - 1) < 5 * (2 / count).squareRoot(), "\(tensor.name)")
      checked += 1
    }
    #expect(checked == fanIns.count)
  }

  @Test("are the same for the same seed and others for another")
  func seeds() throws {
    let network = try wideNetwork()
    let first = initialized(network, seed: 1)
    #expect(initialized(network, seed: 1) == first)
    let other = initialized(network, seed: 2)
    for tensor in ParameterLayout(network).parameters where tensor.shape.count > 1 {
      let pairs = zip(values(tensor, in: first), values(tensor, in: other))
      #expect(pairs.allSatisfy { $0 != $1 }, "\(tensor.name)")
    }
  }

  @Test("of two layers of one shape have nothing in common")
  func layers() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 32))
    for _ in 0..<2 {
      try builder.append(.convolution(kernel: 1, stride: 1, channels: 32, bias: false))
    }
    try builder.append(.globalAveragePool)
    let network = try builder.network()
    let parameters = initialized(network, seed: 4)
    let layout = ParameterLayout(network)
    let first = values(layout.tensor(.weight, of: 1), in: parameters)
    let second = values(layout.tensor(.weight, of: 2), in: parameters)
    // The correlation of n independent pairs has a standard error of 1/√n.
    let product = zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(product / (1.0 / 96)) < 5 * Double(first.count).squareRoot())
  }

  @Test("begin every norm as the identity", arguments: ReferenceStudent.allCases)
  func norms(student: ReferenceStudent) throws {
    let network = try student.network()
    let parameters = initialized(network, seed: 1)
    for tensor in ParameterLayout(network).parameters where tensor.role == .scale {
      #expect(values(tensor, in: parameters).allSatisfy { $0 == 1 }, "\(tensor.name)")
    }
  }

  @Test("leave biases, shifts and the gaps between tensors at zero", arguments: TestGraph.allCases)
  func zeros(graph: TestGraph) throws {
    let network = try graph.network()
    var parameters = initialized(network, seed: 1)
    for tensor in ParameterLayout(network).parameters {
      switch tensor.role {
      case .weight, .squeezeWeight, .exciteWeight, .scale:
        for i in 0..<tensor.count { parameters[tensor.offset + i] = 0 }
      default: break
      }
    }
    #expect(parameters.allSatisfy { $0 == 0 })
  }
}
