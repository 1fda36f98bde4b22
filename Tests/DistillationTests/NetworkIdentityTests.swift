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
}
