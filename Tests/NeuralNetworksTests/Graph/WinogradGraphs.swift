@testable import NeuralNetworks

extension NetworkBuilder {
  /// 3×3 convolutions with channels enough for minimal filtering: with a bias and without, with a norm that runs with
  /// them and one that does not, alone and sharing their input. The first one's channels are whole vectors.
  mutating func appendWinograd() throws {
    try appendUnit(kernel: 3, stride: 1, channels: 32, .relu)
    let source = current
    try appendUnit(kernel: 3, stride: 1, channels: 33, .hardSwish)
    try append(.convolution(kernel: 3, stride: 1, channels: 32, bias: true))
    try append(.batchNorm)
    // Two readers: the second to run backwards adds to the input's gradient.
    try add(source)
    try append(.activation(.relu6))
    let sum = current
    try append(.convolution(kernel: 3, stride: 1, channels: 32, bias: false))
    try add(sum)
    try append(.globalAveragePool)
  }
}
