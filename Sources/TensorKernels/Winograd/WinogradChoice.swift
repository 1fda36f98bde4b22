extension ConvolutionShape {
  /// How minimal filtering runs the convolution; nil where plain sums of products are faster, or where it does not
  /// apply.
  ///
  /// The rule looks at the shape alone. So a layer has the same bits whatever its batch, and a resumed training goes
  /// on as it began.
  ///
  /// Measured with AVX2 and register tiles of 6×16 on a busy machine, plain sums ÷ F(4×4) for a whole step (÷ F(2×2)):
  /// 28×28, 32 channels 1.6 (1.4); 14×14, 64 channels 1.5 (1.5); 7×7, 128 channels 1.6 (1.3).
  public var winograd: WinogradShape? {
    guard hasMinimalFiltering else { return nil }
    // Below 16 channels the transforms cost more than the products that they save.
    guard min(inputChannels, outputChannels) >= 16 else { return nil }
    // Transformed weights are four times the plain ones and their gradient's sums again as many: beyond 9 MB each
    // they leave the third-level cache, and a training's memory would be theirs.
    guard inputChannels * outputChannels <= 256 * 256 else { return nil }
    let plain = outputHeight * outputWidth * taps
    let shapes = WinogradTile.allCases.map { WinogradShape(self, tile: $0) }
    // Of equal products the smaller tile: it rounds less.
    let best = shapes.min { $0.productCount < $1.productCount }!
    // Tiles that hang over the edge compute pixels that do not exist. Of the products saved, transforms and shorter
    // sums take back a third to a half: at 7×7 and 128 channels, where F(2×2) has 1.7 times fewer, it was 1.3 times
    // as fast.
    return 3 * best.productCount <= 2 * plain ? best : nil
  }
}

extension WinogradShape {
  /// Products for each image and pair of channels.
  fileprivate var productCount: Int { imageTiles * tile.positions }
}
