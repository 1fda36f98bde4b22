// The filter's gradient by minimal filtering: sums of products between transformed tiles, and one transform of the sums.
// Where all tiles of a slice make one group, that is done for a few input channels at a time, and the sums stay in
// cache. Otherwise every group adds to the sums of all channels, and the last is followed by the transform.

/// Adds to the sums that the gradient with respect to the weights is made of.
///
/// - Parameters:
///   - input: `[images, H, W, Cin]`.
///   - gradient: With respect to the output, `[images, H', W', Cout]`.
///   - sums: `[shape.sumFloats]`; accumulated into, so zeros at first.
///   - scratch: `[shape.scratchFloats]`.
///   - shape: Not one for a single group.
public func winogradAddProducts(
  _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
  to sums: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, images: Int,
  shape: WinogradShape
) {
  precondition(!shape.isOneGroup, "the sums of a single group have no room for all channels")
  let group = GradientGroup(shape, scratch: scratch)
  let count = images * shape.imageTiles
  var first = 0
  while first < count {
    let tiles = first..<min(count, first + shape.gradientGroupTiles)
    group.transform(input, gradient, tiles: tiles)
    group.addProducts(
      to: sums, inputs: 0..<shape.convolution.inputChannels, count: tiles.count)
    first = tiles.upperBound
  }
}

/// Adds the gradient with respect to the weights that the sums stand for.
///
/// - Parameters:
///   - sums: What `winogradAddProducts` gave.
///   - output: `[3, 3, Cin, Cout]`; accumulated into.
public func winogradAddFilterGradient(
  _ sums: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, shape: WinogradShape
) {
  addWindows(sums, inputs: 0..<shape.convolution.inputChannels, to: output, shape: shape)
}

/// Adds the gradient with respect to the weights of images that are one group. The bits are those of
/// `winogradAddProducts`, from zeros on, and the transform of its sums.
///
/// - Parameters:
///   - input: `[images, H, W, Cin]`.
///   - gradient: With respect to the output, `[images, H', W', Cout]`.
///   - output: `[3, 3, Cin, Cout]`; accumulated into.
///   - sums: `[shape.sumFloats]`; overwritten.
///   - scratch: `[shape.scratchFloats]`.
///   - images: At most `shape.mostImages`.
///   - shape: One for a single group.
public func winogradAddFilterGradient(
  _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
  to output: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>,
  scratch: UnsafeMutablePointer<Float>, images: Int, shape: WinogradShape
) {
  precondition(
    shape.isOneGroup && images <= shape.mostImages!, "\(images) images are more than one group")
  let group = GradientGroup(shape, scratch: scratch)
  let count = images * shape.imageTiles
  group.transform(input, gradient, tiles: 0..<count)
  let channels = shape.convolution.inputChannels
  for first in stride(from: 0, to: channels, by: shape.sumRows) {
    let inputs = first..<min(channels, first + shape.sumRows)
    sums.update(repeating: 0, count: shape.sumFloats)
    group.addProducts(to: sums, inputs: inputs, count: count)
    addWindows(sums, inputs: inputs, to: output, shape: shape)
  }
}

/// A group's transformed tiles, of the input and of the outputs' gradient.
private struct GradientGroup {
  let shape: WinogradShape
  let room: WinogradRoom
  let tiles: UnsafeMutablePointer<Float>
  let gradients: UnsafeMutablePointer<Float>

  init(_ shape: WinogradShape, scratch: UnsafeMutablePointer<Float>) {
    self.shape = shape
    room = WinogradRoom(scratch)
    tiles = room.rest
    gradients = room.rest + shape.tile.positions * shape.gradientInputPlaneStep
  }

  /// Transforms both operands of `tiles`, which are counted through all images.
  func transform(
    _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, tiles group: Range<Int>
  ) {
    @inline(__always)
    func run<Form: WinogradTransforms>(_: Form.Type) {
      transformTiles(
        Form.Input.self, TiledImages(input: input, shape.convolution), tiles: group, shape: shape,
        into: tiles, planeStep: shape.gradientInputPlaneStep, tileStep: shape.gradientInputStep,
        room: room)
      transformTiles(
        Form.Gradient.self, TiledImages(gradient: gradient, shape.convolution), tiles: group,
        shape: shape, into: gradients, planeStep: shape.gradientPlaneStep,
        tileStep: shape.gradientStep, room: room)
    }
    switch shape.tile {
    case .two: run(WinogradTwo.self)
    case .four: run(WinogradFour.self)
    }
  }

  /// Adds the products of some input channels over the first `count` tiles; the first channel's sums come first.
  func addProducts(to sums: UnsafeMutablePointer<Float>, inputs: Range<Int>, count: Int) {
    addTransposedProducts(
      tiles + inputs.lowerBound, tilePlaneStep: shape.gradientInputPlaneStep,
      tileStep: shape.gradientInputStep, inputs: inputs.count, gradients,
      gradientPlaneStep: shape.gradientPlaneStep, gradientStep: shape.gradientStep,
      outputs: wholeVectors(shape.convolution.outputChannels, of: nativeWidth),
      outputStep: shape.outputStep, to: sums, sumPlaneStep: shape.sumPlaneStep,
      positions: shape.tile.positions, count: count)
  }
}

/// Transforms the sums of some input channels back, and adds them to the windows' gradient.
///
/// - Parameters:
///   - sums: `[positions, inputs, outputs]`, the first of `inputs` first.
///   - output: `[3, 3, Cin, Cout]`; accumulated into.
private func addWindows(
  _ sums: UnsafePointer<Float>, inputs: Range<Int>, to output: UnsafeMutablePointer<Float>,
  shape: WinogradShape
) {
  @inline(__always)
  func run<Form: WinogradTransforms>(_: Form.Type) {
    let sizes = shape.convolution
    let outputs = sizes.outputChannels
    withUnsafeTemporaryAllocation(of: Float.self, capacity: WinogradRoom.floats) { memory in
      let room = WinogradRoom(memory.baseAddress!)
      for input in inputs {
        let row = sums + (input &- inputs.lowerBound) &* shape.outputStep
        var channel = 0
        while channel < outputs {
          transformSquare(
            Form.WindowGradient.self, row + channel,
            rowStep: shape.tile.inputSide &* shape.sumPlaneStep, pixelStep: shape.sumPlaneStep,
            into: room.square, targetRowStep: 3 &* nativeWidth, targetPixelStep: nativeWidth,
            room: room.half)
          for tap in 0..<9 {
            let target = output + ((tap &* sizes.inputChannels &+ input) &* outputs &+ channel)
            target.store(
              target.native(0) + room.square.native(tap &* nativeWidth), limit: outputs &- channel)
          }
          channel &+= nativeWidth
        }
      }
    }
  }
  switch shape.tile {
  case .two: run(WinogradTwo.self)
  case .four: run(WinogradFour.self)
  }
}
