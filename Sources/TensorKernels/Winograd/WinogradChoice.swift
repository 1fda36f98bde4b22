extension ConvolutionShape {
  /// How minimal filtering runs the convolution; nil where plain sums of products are faster, or where it does not
  /// apply.
  ///
  /// The rule looks at the shape alone. So a layer has the same bits whatever its batch, and a resumed training goes
  /// on as it began.
  ///
  /// Measured with AVX2 and register tiles of 6×16, 16 images, on a machine that others used too: time of plain sums
  /// ÷ that of F(4×4), forward and both gradients with the transforms of the weights (in brackets, of F(2×2)):
  /// 28×28 with 8 channels 0.8 (0.7), 16 channels 1.6 (0.9), 32 channels 2.4 (1.3), 3 → 32 channels 1.0 (0.7), 64 → 10
  /// channels 1.0 (0.8); 14×14 with 24 channels 1.3 (1.2), 64 channels 2.2 (1.6); 7×7 with 128 channels 2.3 (1.6), 256
  /// channels 2.4 (1.8); 4×4 with 64 channels 1.8 (1.5).
  public var winograd: WinogradShape? {
    guard hasMinimalFiltering else { return nil }
    let channels = min(inputChannels, outputChannels)
    // Transformed weights are four times the plain ones and their gradient's sums again as many: beyond 9 MB each
    // they leave the third-level cache, and a training's memory would be theirs.
    guard inputChannels * outputChannels <= 256 * 256 else { return nil }
    let shapes = WinogradTile.allCases.filter { channels >= $0.leastChannels }.map {
      WinogradShape(self, tile: $0)
    }
    // Of equal products the smaller tile: it rounds less.
    guard let best = shapes.min(by: { $0.productCount < $1.productCount }) else { return nil }
    // Tiles that hang over the edge compute pixels that do not exist, and transforms take back some of what is saved.
    let plain = outputHeight * outputWidth * taps
    return 3 * best.productCount <= 2 * plain ? best : nil
  }
}

extension WinogradTile {
  /// With fewer channels the transforms cost more than the products that they save.
  fileprivate var leastChannels: Int {
    switch self {
    case .two: 32
    case .four: 16
    }
  }
}

extension WinogradShape {
  /// Products for each image and pair of channels.
  fileprivate var productCount: Int { imageTiles * tile.positions }
}
