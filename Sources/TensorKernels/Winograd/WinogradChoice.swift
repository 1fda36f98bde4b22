extension ConvolutionShape {
  /// How minimal filtering runs the convolution; nil where plain sums of products are faster, or where it does not
  /// apply.
  ///
  /// The rule looks at the shape alone. A layer so has the same bits on every machine with these kernels, whatever
  /// its batch, and a resumed training goes on as it began.
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
    // Tiles that hang over the edge compute pixels that do not exist.
    return 2 * best.productCount <= plain ? best : nil
  }
}

extension WinogradShape {
  /// Products for each image and pair of channels.
  fileprivate var productCount: Int { imageTiles * tile.positions }
}
