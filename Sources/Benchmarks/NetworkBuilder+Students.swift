import NeuralNetworks

/// The layers of S, M, L and T before the global mean.
extension NetworkBuilder {
  mutating func appendSmallStudent() throws(NetworkError) {
    try appendNormed(3, stride: 2, channels: 12, .relu6)
    try appendInvertedResidual(12, expansion: 1, .relu6)
    try appendInvertedResidual(16, stride: 2, expansion: 3, .relu6)
    try appendInvertedResidual(16, expansion: 3, .relu6)
    try appendInvertedResidual(32, stride: 2, expansion: 3, .relu6)
    try appendInvertedResidual(32, expansion: 3, .relu6)
    try appendNormed(1, channels: 64, .relu6)
  }

  mutating func appendMediumStudent() throws(NetworkError) {
    try appendNormed(3, channels: 16, .hardSwish)
    try appendInvertedResidual(16, expansion: 1, .hardSwish)
    try appendInvertedResidual(24, stride: 2, expansion: 4, .hardSwish)
    try appendInvertedResidual(24, expansion: 4, .hardSwish)
    try appendInvertedResidual(
      40, kernel: 5, stride: 2, expansion: 4, .hardSwish, squeezes: true)
    try appendInvertedResidual(40, kernel: 5, expansion: 4, .hardSwish, squeezes: true)
    try appendInvertedResidual(64, expansion: 4, .hardSwish, squeezes: true)
    try appendNormed(1, channels: 128, .hardSwish)
  }

  mutating func appendLargeStudent() throws(NetworkError) {
    try appendNormed(3, channels: 24, .hardSwish)
    try appendInvertedResidual(24, expansion: 2, .hardSwish)
    for block in 0..<3 {
      try appendInvertedResidual(
        40, kernel: 5, stride: block == 0 ? 2 : 1, expansion: 4, .hardSwish)
    }
    for block in 0..<3 {
      try appendInvertedResidual(
        80, stride: block == 0 ? 2 : 1, expansion: 6, .hardSwish, squeezes: true)
    }
    try appendNormed(1, channels: 256, .hardSwish)
  }

  mutating func appendResidualTeacher() throws(NetworkError) {
    try appendNormed(3, channels: 32, .relu)
    try appendBasicBlock(channels: 32, stride: 1)
    try appendBasicBlock(channels: 64, stride: 2)
    try appendBasicBlock(channels: 128, stride: 2)
  }
}
