import NeuralNetworks
import Testing

@testable import Distillation

@Suite("the identity of a network")
struct NetworkIdentityTests {
  @Test("is this text: another one would make every study train its teacher again")
  func pinned() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 1))
    try builder.append(.convolution(kernel: 3, stride: 2, channels: 2, bias: false))
    try builder.append(.batchNorm)
    try builder.append(.activation(.relu))
    try builder.append(.depthwiseConvolution(kernel: 3, stride: 1))
    try builder.append(.squeezeExcitation(hidden: 4))
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 3))
    let network = try builder.network()
    #expect(
      network.identity
        == "input[]4×4×1;convolution(kernel: 3, stride: 2, channels: 2, bias: false)[0]2×2×2;"
        + "batchNorm[1]2×2×2;activation(TensorKernels.Activation.relu)[2]2×2×2;"
        + "depthwiseConvolution(kernel: 3, stride: 1)[3]2×2×2;squeezeExcitation(hidden: 4)[4]2×2×2;"
        + "globalAveragePool[5]1×1×2;dense(channels: 3)[6]1×1×3")
  }

  @Test("differs with a width, a kernel and a connection")
  func differs() throws {
    func network(_ build: (inout NetworkBuilder) throws -> Void) throws -> String {
      var builder = NetworkBuilder(input: TensorShape(height: 8, width: 8, channels: 4))
      try build(&builder)
      try builder.append(.globalAveragePool)
      try builder.append(.dense(channels: 3))
      return try builder.network().identity
    }
    func plain(_ channels: Int, kernel: Int = 3, adds: Bool = false) throws -> String {
      try network { builder in
        let entrance = builder.current
        try builder.appendNormed(
          kernel: kernel, stride: 1, channels: channels, activation: .relu)
        if adds { try builder.add(entrance) }
      }
    }
    let identities = [
      try plain(4), try plain(8), try plain(4, kernel: 5), try plain(4, adds: true),
    ]
    #expect(Set(identities).count == identities.count)
    #expect(try plain(4) == identities[0])
  }
}
