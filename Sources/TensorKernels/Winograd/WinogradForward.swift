// Dense 3×3 convolution at stride 1 by minimal filtering: forward, and backward to the input, which is the same with
// the flipped window. Results are those of `convolutionForward` up to rounding, and do not depend on which images
// share a call.

/// output = input ∗ weights (+ bias).
///
/// - Parameters:
///   - input: `[images, H, W, Cin]`.
///   - transformed: What `transformWinogradWeights` gave.
///   - bias: `[Cout]` or nil.
///   - output: `[images, H', W', Cout]`; overwritten.
///   - scratch: `[shape.forwardScratchFloats]`.
public func winogradForward(
  _ input: UnsafePointer<Float>, transformed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
  into output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, images: Int,
  shape: WinogradShape
) {
  convolve(
    input, transformed, bias: bias, accumulate: false, into: output, scratch: scratch,
    images: images, shape: shape)
}

/// The gradient with respect to the input.
///
/// - Parameters:
///   - gradient: With respect to the output, `[images, H', W', Cout]`.
///   - transformed: What `transformFlippedWinogradWeights` gave.
///   - accumulate: Whether to add to `output` instead of overwriting it.
///   - output: `[images, H, W, Cin]`.
///   - scratch: `[shape.scratchFloats]`.
public func winogradBackwardInput(
  _ gradient: UnsafePointer<Float>, transformed: UnsafePointer<Float>, accumulate: Bool,
  into output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, images: Int,
  shape: WinogradShape
) {
  convolve(
    gradient, transformed, bias: nil, accumulate: accumulate, into: output, scratch: scratch,
    images: images, shape: shape.flipped)
}

private func convolve(
  _ input: UnsafePointer<Float>, _ transformed: UnsafePointer<Float>,
  bias: UnsafePointer<Float>?, accumulate: Bool, into output: UnsafeMutablePointer<Float>,
  scratch: UnsafeMutablePointer<Float>, images: Int, shape: WinogradShape
) {
  @inline(__always)
  func run<Form: WinogradTransforms>(_: Form.Type) {
    let sizes = shape.convolution
    let positions = shape.tile.positions
    let room = WinogradRoom(scratch)
    let (tiles, products) = (room.rest, room.rest + positions * shape.inputPlaneStep)
    let source = TiledImages(input: input, sizes)
    let count = images * shape.imageTiles
    var first = 0
    while first < count {
      let group = first..<min(count, first + shape.groupTiles)
      transformTiles(
        Form.Input.self, source, tiles: group, shape: shape, into: tiles,
        planeStep: shape.inputPlaneStep, tileStep: shape.inputStep, room: room)
      for panel in 0..<shape.panelCount {
        let columns = shape.columns(ofPanel: panel)
        let channel = panel * WinogradShape.panelColumns
        let planeStep = shape.productPlaneStep(columns: columns)
        multiplyTiles(
          tiles, tilePlaneStep: shape.inputPlaneStep, tileStep: shape.inputStep,
          panel: transformed + shape.offset(ofPanel: panel),
          panelPlaneStep: shape.panelPlaneStep(columns: columns), columns: columns,
          depth: sizes.inputChannels, into: products, productPlaneStep: planeStep,
          positions: positions, count: group.count)
        writeTiles(
          Form.Output.self, products, planeStep: planeStep, columns: columns,
          channels: channel..<min(sizes.outputChannels, channel + columns), bias: bias,
          accumulate: accumulate, into: output, tiles: group, shape: shape, room: room)
      }
      first = group.upperBound
    }
  }
  switch shape.tile {
  case .two: run(WinogradTwo.self)
  case .four: run(WinogradFour.self)
  }
}
