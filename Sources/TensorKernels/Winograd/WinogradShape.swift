/// The sizes of a 3×3 convolution at stride 1 by minimal filtering, and where its kernels keep their values.
///
/// Tiles are counted through all images of a call, row by row. Some of them at a time are transformed, multiplied and
/// transformed back, few enough to stay in second-level cache on the way.
public struct WinogradShape: Hashable, Sendable {
  public let convolution: ConvolutionShape
  public let tile: WinogradTile
  /// The most images of a call, if that is known. It bounds scratch, and changes no result.
  public let mostImages: Int?

  /// - Parameters:
  ///   - convolution: With a 3×3 window at stride 1.
  ///   - mostImages: The most images of a call; nil for any number.
  public init(_ convolution: ConvolutionShape, tile: WinogradTile, mostImages: Int? = nil) {
    precondition(
      convolution.hasMinimalFiltering,
      "minimal filtering is for 3×3 windows at stride 1, got \(convolution)")
    (self.convolution, self.tile, self.mostImages) = (convolution, tile, mostImages)
  }

  /// The same sizes for calls of at most `images` images.
  public func limited(toImages images: Int) -> WinogradShape {
    WinogradShape(convolution, tile: tile, mostImages: images)
  }

  /// The convolution of the output's gradient with the flipped window that gives the input's.
  var flipped: WinogradShape {
    WinogradShape(
      ConvolutionShape(
        rows: convolution.rows.flipped, columns: convolution.columns.flipped,
        inputChannels: convolution.outputChannels, outputChannels: convolution.inputChannels),
      tile: tile, mostImages: mostImages)
  }

  var tileColumns: Int { ceiling(convolution.outputWidth, tile.outputSide) }
  var imageTiles: Int {
    ceiling(convolution.outputHeight, tile.outputSide) * tileColumns
  }
  /// The tiles of a call of the most images.
  private var mostTiles: Int? { mostImages.map { $0 * imageTiles } }
  /// Floats from one tile's transformed input to the next: whole vectors.
  var inputStep: Int { wholeVectors(convolution.inputChannels) }
  /// Floats from row to row of sums of products: whole vectors.
  var outputStep: Int { wholeVectors(convolution.outputChannels) }

  /// Where tile `index` of a call begins: its image, and its first output pixel.
  @inline(__always)
  func place(of index: Int) -> (image: Int, y: Int, x: Int) {
    let (image, rest) = index.quotientAndRemainder(dividingBy: imageTiles)
    let (row, column) = rest.quotientAndRemainder(dividingBy: tileColumns)
    return (image, row &* tile.outputSide, column &* tile.outputSide)
  }
}

extension ConvolutionShape {
  /// Whether Winograd's forms apply: 3×3 at stride 1.
  var hasMinimalFiltering: Bool { rows.kernel == 3 && columns.kernel == 3 && isDense }
}

/// Transformed weights lie in panels of output channels, each `[positions, Cin, columns]`, whose positions the tiles
/// of a product read from end to end.
extension WinogradShape {
  /// Output channels of a panel, but the last.
  static var panelColumns: Int { 2 * vectorWidth }

  var panelCount: Int { ceiling(convolution.outputChannels, WinogradShape.panelColumns) }
  /// Columns of a panel: 32, or in the last one 16 where more are not needed.
  func columns(ofPanel panel: Int) -> Int {
    min(WinogradShape.panelColumns, outputStep - panel * WinogradShape.panelColumns)
  }
  /// Floats from one position to the next in a panel.
  func panelPlaneStep(columns: Int) -> Int {
    WinogradShape.planeStep(rows: convolution.inputChannels, rowStep: columns)
  }
  func offset(ofPanel panel: Int) -> Int {
    panel * tile.positions * panelPlaneStep(columns: WinogradShape.panelColumns)
  }
  /// Transformed weights: floats that `transformWinogradWeights` asks for.
  public var weightFloats: Int {
    let last = panelCount - 1
    return offset(ofPanel: last)
      + tile.positions * panelPlaneStep(columns: columns(ofPanel: last))
  }
  /// Transformed weights for the input's gradient: floats that `transformFlippedWinogradWeights` asks for.
  public var flippedWeightFloats: Int { flipped.weightFloats }
}

/// What the kernels keep in scratch. The values of one position stand together, a plane for each position.
extension WinogradShape {
  /// Floats of a group's transformed values: half of a second-level cache of 512 KB.
  private static var groupFloats: Int { 1 << 16 }

  /// Fewer rows would not fill register tiles.
  private static let leastGroupTiles = 16
  /// More would not make a product faster, and take scratch.
  private static let mostGroupTiles = 128

  /// Tiles that the forward pass works on together.
  var groupTiles: Int {
    let tileFloats = tile.positions * (inputStep + min(outputStep, WinogradShape.panelColumns))
    let tiles = min(
      WinogradShape.mostGroupTiles,
      max(WinogradShape.leastGroupTiles, WinogradShape.groupFloats / tileFloats))
    return min(tiles, mostTiles ?? tiles)
  }

  /// Tiles that the filter's gradient works on together. All sums of products are read and written once a group, so
  /// where they are many, groups are large enough that this costs no more than the group's own values.
  var gradientGroupTiles: Int { min(wantedGradientTiles, mostTiles ?? wantedGradientTiles) }

  /// As many as `gradientGroupTiles` where calls have enough images.
  private var wantedGradientTiles: Int {
    let tileFloats = tile.positions * (inputStep + outputStep)
    let balance = inputStep * outputStep / (inputStep + outputStep)
    return min(WinogradShape.mostGroupTiles, max(balance, WinogradShape.groupFloats / tileFloats))
  }

  /// Images that a caller hands over together: enough for one group of the filter's gradient.
  public var groupImages: Int { max(1, gradientGroupTiles / imageTiles) }

  /// Whether all tiles of a call are one group of the filter's gradient. Then `winogradAddFilterGradient` takes them
  /// at once, and sums of products need not outlive it.
  public var isOneGroup: Bool { mostTiles.map { $0 <= wantedGradientTiles } ?? false }

  /// Input channels whose sums of products stand in memory together: all, or of one group as many as fill register
  /// tiles and stay in second-level cache.
  var sumRows: Int {
    guard isOneGroup else { return convolution.inputChannels }
    let rows = 2 * WinogradShape.groupFloats / (tile.positions * outputStep)
    return min(convolution.inputChannels, max(1, rows / wideTileRows) * wideTileRows)
  }

  /// Makes whole vectors an odd number of them, so that what lies so far apart does not all fall into one set of a
  /// cache.
  private static func oddVectors(_ floats: Int) -> Int {
    (floats / vectorWidth | 1) * vectorWidth
  }

  /// Floats from one position's plane to the next.
  static func planeStep(rows: Int, rowStep: Int) -> Int { oddVectors(rows * rowStep) }

  var inputPlaneStep: Int { WinogradShape.planeStep(rows: groupTiles, rowStep: inputStep) }
  func productPlaneStep(columns: Int) -> Int {
    WinogradShape.planeStep(rows: groupTiles, rowStep: columns)
  }
  /// Floats from one tile to the next in the filter's gradient, of the input and of the output's gradient. A product
  /// there runs down the tiles of a plane, so wide rows too are an odd number of vectors.
  var gradientInputStep: Int { WinogradShape.scatteredStep(inputStep) }
  var gradientStep: Int { WinogradShape.scatteredStep(outputStep) }
  private static func scatteredStep(_ step: Int) -> Int {
    step >= 8 * vectorWidth ? oddVectors(step) : step
  }

  var gradientInputPlaneStep: Int {
    WinogradShape.planeStep(rows: gradientGroupTiles, rowStep: gradientInputStep)
  }
  var gradientPlaneStep: Int {
    WinogradShape.planeStep(rows: gradientGroupTiles, rowStep: gradientStep)
  }
  var sumPlaneStep: Int {
    WinogradShape.planeStep(rows: sumRows, rowStep: outputStep)
  }

  /// Floats of scratch that `winogradForward` needs; `winogradBackwardInput` needs those of `flipped`.
  public var forwardScratchFloats: Int {
    WinogradRoom.floats
      + tile.positions
      * (inputPlaneStep + productPlaneStep(columns: min(outputStep, WinogradShape.panelColumns)))
      + readMargin
  }
  private var gradientScratchFloats: Int {
    WinogradRoom.floats + tile.positions * (gradientInputPlaneStep + gradientPlaneStep)
      + readMargin
  }

  /// Floats of scratch that each kernel needs at most, the sums of the filter's gradient aside.
  public var scratchFloats: Int {
    max(forwardScratchFloats, flipped.forwardScratchFloats, gradientScratchFloats)
  }
  /// Floats of the sums of products.
  public var sumFloats: Int { tile.positions * sumPlaneStep + readMargin }
}

/// Room for two squares of vectors at the start of the scratch: one half-transformed, one at the image's edge.
struct WinogradRoom {
  static var floats: Int { 2 * squareFloats }

  let half: UnsafeMutablePointer<Float>
  let square: UnsafeMutablePointer<Float>
  /// What of the scratch is left.
  let rest: UnsafeMutablePointer<Float>

  init(_ scratch: UnsafeMutablePointer<Float>) {
    (half, square) = (scratch, scratch + squareFloats)
    rest = scratch + WinogradRoom.floats
  }
}
