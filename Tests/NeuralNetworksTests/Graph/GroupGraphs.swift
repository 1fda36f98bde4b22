@testable import NeuralNetworks

extension NetworkBuilder {
  /// Grouped convolutions of every kernel and stride, alone and sharing their input, and shuffles.
  mutating func appendGroups() throws {
    try appendUnit(kernel: 3, stride: 1, channels: 6, .relu)
    try appendGroupedBottleneck()
    try appendGrouped(kernel: 3, channels: 9, groups: 3, bias: true)
    try append(.activation(.hardSwish))
    // The sum's gradient reaches the shuffle's input before the shuffle's own does.
    var source = current
    try append(.channelShuffle(groups: 3))
    try add(source)
    try appendGrouped(kernel: 1, channels: 6, groups: 3)
    source = current
    try appendGrouped(kernel: 1, channels: 4, groups: 2)
    let pointwise = current
    current = source
    try appendGrouped(kernel: 3, channels: 4, groups: 2, bias: true)
    try add(pointwise)
    source = current
    try appendGrouped(kernel: 3, stride: 2, channels: 6, groups: 2)
    try append(.batchNorm)
    let window = current
    current = source
    try appendGrouped(kernel: 1, stride: 2, channels: 6, groups: 2, bias: true)
    try add(window)
    try append(.activation(.relu6))
    try append(.globalAveragePool)
  }

  /// Groups and a shuffle that read the image, to which no gradient goes.
  mutating func appendImageGroups() throws {
    try appendGrouped(kernel: 3, stride: 2, channels: 6, groups: 3, bias: true)
    try append(.activation(.relu))
    let window = current
    current = 0
    try append(.channelShuffle(groups: 3))
    try appendGrouped(kernel: 1, stride: 2, channels: 6, groups: 3)
    try append(.batchNorm)
    try add(window)
    try append(.channelShuffle(groups: 2))
    try append(.globalAveragePool)
  }

  /// An inverted residual whose pointwise convolutions have two groups.
  mutating func appendGroupedBottleneck() throws {
    let source = current
    try appendGrouped(kernel: 1, channels: 12, groups: 2)
    try append(.batchNorm)
    try append(.activation(.relu))
    try append(.channelShuffle(groups: 2))
    try append(.depthwiseConvolution(kernel: 3, stride: 1))
    try append(.batchNorm)
    try append(.activation(.relu))
    try appendGrouped(kernel: 1, channels: 6, groups: 2)
    try append(.batchNorm)
    try add(source)
  }

  private mutating func appendGrouped(
    kernel: Int, stride: Int = 1, channels: Int, groups: Int, bias: Bool = false
  ) throws {
    try append(
      .groupedConvolution(
        kernel: kernel, stride: stride, channels: channels, groups: groups, bias: bias))
  }
}
