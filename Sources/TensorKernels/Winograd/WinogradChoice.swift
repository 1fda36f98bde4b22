extension ConvolutionShape {
  /// How minimal filtering runs the convolution; nil where plain sums of products are faster, or where it does not
  /// apply.
  ///
  /// The rule looks at the shape alone. So a layer has the same bits whatever its batch, and a resumed training goes
  /// on as it began.
  ///
  /// The limits come from timings of single layers with AVX2, forward and both gradients: F(4×4) lost to plain sums at
  /// 8 channels and won from 16 on, F(2×2) from 32 on.
  public var winograd: WinogradShape? {
    guard hasMinimalFiltering else { return nil }
    let channels = min(inputChannels, outputChannels)
    // F(4×4) has four times the plain weights, and as many sums for their gradient: beyond 9 MB each they leave the
    // third-level cache, and a training's memory would be theirs.
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
