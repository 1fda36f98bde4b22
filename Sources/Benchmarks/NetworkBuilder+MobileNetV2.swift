import NeuralNetworks

extension NetworkBuilder {
  /// Appends the layers of MobileNetV2 before the global mean: padding of k/2 as in torchvision, and a head that
  /// has 1,280 channels for widths up to 1.
  ///
  /// Source: Sandler et al., arXiv:1801.04381, table 2.
  ///
  /// - Parameter width: The multiplier of the channels, up to 1.
  mutating func appendMobileNetV2(width: Double) throws(NetworkError) {
    precondition(
      width > 0 && width <= 1, "a head of 1,280 channels is for widths up to 1, got \(width)")
    func channels(_ full: Int) -> Int { MobileNetV2.channels(full, width: width) }
    try appendNormed(3, stride: 2, channels: channels(32), .relu6)
    for stage in MobileNetV2.stages {
      for block in 0..<stage.blocks {
        try appendInvertedResidual(
          channels(stage.channels), stride: block == 0 ? stage.stride : 1,
          expansion: stage.expansion, .relu6)
      }
    }
    try appendNormed(1, channels: MobileNetV2.headChannels, .relu6)
  }
}

/// The numbers of MobileNetV2.
enum MobileNetV2 {
  static let headChannels = 1280

  /// Table 2 of the paper: t, c, n and s.
  static let stages: [(expansion: Int, channels: Int, blocks: Int, stride: Int)] = [
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
    (6, 320, 1, 1),
  ]

  /// Returns `width · full` rounded to a multiple of 8, the next larger one where rounding takes more than a tenth.
  ///
  /// Source: `_make_divisible` of the authors' code, which torchvision and Keras have as well.
  static func channels(_ full: Int, width: Double) -> Int {
    let exact = width * Double(full)
    let rounded = max(8, Int(exact + 4) / 8 * 8)
    return Double(rounded) < 0.9 * exact ? rounded + 8 : rounded
  }
}
