// From images to transformed tiles and back: where tiles hang over an image's edge.

/// Images that tiles are cut out of.
struct TiledImages {
  /// `[images, height, width, channels]`
  let values: UnsafePointer<Float>
  let height: Int
  let width: Int
  let channels: Int
  /// How far a tile begins above and before its first output pixel.
  let top: Int
  let left: Int

  /// The images of a convolution's input.
  init(input: UnsafePointer<Float>, _ shape: ConvolutionShape) {
    values = input
    (height, width, channels) = (shape.height, shape.width, shape.inputChannels)
    (top, left) = (shape.rows.before, shape.columns.before)
  }

  /// The gradients of a convolution's outputs.
  init(gradient: UnsafePointer<Float>, _ shape: ConvolutionShape) {
    values = gradient
    (height, width, channels) = (shape.outputHeight, shape.outputWidth, shape.outputChannels)
    (top, left) = (0, 0)
  }
}

/// Transforms some tiles of images; what lies outside an image is zero.
///
/// - Parameters:
///   - tiles: The tiles of the call.
///   - target: `[positions, tiles, channels]`, planes `planeStep` and tiles `tileStep` floats apart. Behind a tile's
///     channels anything may be written up to a whole vector.
func transformTiles<Line: LineTransform>(
  _ line: Line.Type, _ images: TiledImages, tiles: Range<Int>, shape: WinogradShape,
  into target: UnsafeMutablePointer<Float>, planeStep: Int, tileStep: Int, room: WinogradRoom
) {
  let side = Line.inputs
  let channels = images.channels
  let rowStep = images.width &* channels
  for index in tiles {
    let place = shape.place(of: index)
    let (y, x) = (place.y &- images.top, place.x &- images.left)
    let isInside =
      y >= 0 && x >= 0 && y &+ side <= images.height && x &+ side <= images.width
    let corner =
      images.values + ((place.image &* images.height &+ y) &* images.width &+ x) &* channels
    let tile = target + (index &- tiles.lowerBound) &* tileStep
    var channel = 0
    while channel < channels {
      if isInside {
        transformSquare(
          line, corner + channel, rowStep: rowStep, pixelStep: channels, into: tile + channel,
          targetRowStep: Line.outputs &* planeStep, targetPixelStep: planeStep, room: room.half)
      } else {
        for row in 0..<side {
          for column in 0..<side {
            let isPixel =
              y &+ row >= 0 && y &+ row < images.height && x &+ column >= 0
              && x &+ column < images.width
            room.square.store(
              isPixel
                ? (corner + channel).native(row &* rowStep &+ column &* channels)
                : NativeVector.zero,
              (row &* side &+ column) &* nativeWidth)
          }
        }
        transformSquare(
          line, room.square, rowStep: side &* nativeWidth, pixelStep: nativeWidth,
          into: tile + channel, targetRowStep: Line.outputs &* planeStep,
          targetPixelStep: planeStep, room: room.half)
      }
      channel &+= nativeWidth
    }
  }
}

/// Transforms the products of some tiles back and writes the pixels that exist.
///
/// - Parameters:
///   - products: `[positions, tiles, columns]`, planes `planeStep` floats apart.
///   - channels: The output channels that the columns stand for.
///   - bias: `[Cout]` or nil.
///   - accumulate: Whether to add to `output` instead of overwriting it; not together with `bias`.
///   - output: `[images, H', W', Cout]`.
func writeTiles<Line: LineTransform>(
  _ line: Line.Type, _ products: UnsafePointer<Float>, planeStep: Int, columns: Int,
  channels: Range<Int>, bias: UnsafePointer<Float>?, accumulate: Bool,
  into output: UnsafeMutablePointer<Float>, tiles: Range<Int>, shape: WinogradShape,
  room: WinogradRoom
) {
  let sizes = shape.convolution
  let side = Line.outputs
  for index in tiles {
    let place = shape.place(of: index)
    let corner =
      output + ((place.image &* sizes.outputHeight &+ place.y) &* sizes.outputWidth &+ place.x)
      &* sizes.outputChannels
    let (rows, pixels) = (
      min(side, sizes.outputHeight &- place.y), min(side, sizes.outputWidth &- place.x)
    )
    let tile = products + (index &- tiles.lowerBound) &* columns
    let isWhole = rows == side && pixels == side && bias == nil && !accumulate
    var channel = channels.lowerBound
    while channel < channels.upperBound {
      let source = tile + (channel &- channels.lowerBound)
      let limit = channels.upperBound &- channel
      if isWhole && limit >= nativeWidth {
        transformSquare(
          line, source, rowStep: Line.inputs &* planeStep, pixelStep: planeStep,
          into: corner + channel, targetRowStep: sizes.outputWidth &* sizes.outputChannels,
          targetPixelStep: sizes.outputChannels, room: room.half)
        channel &+= nativeWidth
        continue
      }
      transformSquare(
        line, source, rowStep: Line.inputs &* planeStep, pixelStep: planeStep, into: room.square,
        targetRowStep: side &* nativeWidth, targetPixelStep: nativeWidth, room: room.half)
      let addend = bias.map { $0.native(channel) } ?? NativeVector.zero
      for row in 0..<rows {
        for pixel in 0..<pixels {
          let target =
            corner + ((row &* sizes.outputWidth &+ pixel) &* sizes.outputChannels &+ channel)
          let value = room.square.native((row &* side &+ pixel) &* nativeWidth)
          target.store(value + (accumulate ? target.native(0) : addend), limit: limit)
        }
      }
      channel &+= nativeWidth
    }
  }
}
