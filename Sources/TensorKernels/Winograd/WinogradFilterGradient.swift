// The filter's gradient by minimal filtering, in two steps: sums of products between transformed tiles, for as many
// calls as share the sums, and one transform of the sums.

/// Adds to the sums that the gradient with respect to the weights is made of.
///
/// - Parameters:
///   - input: `[images, H, W, Cin]`.
///   - gradient: With respect to the output, `[images, H', W', Cout]`.
///   - sums: `[shape.sumFloats]`; accumulated into, so zeros at first.
///   - scratch: `[shape.scratchFloats]`.
public func winogradAddProducts(
  _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
  to sums: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, images: Int,
  shape: WinogradShape
) {
  @inline(__always)
  func run<Form: WinogradTransforms>(_: Form.Type) {
    let sizes = shape.convolution
    let positions = shape.tile.positions
    let room = WinogradRoom(scratch)
    let (tiles, gradients) = (room.rest, room.rest + positions * shape.gradientInputPlaneStep)
    let (inputs, outputs) = (
      TiledImages(input: input, sizes), TiledImages(gradient: gradient, sizes)
    )
    let count = images * shape.imageTiles
    var first = 0
    while first < count {
      let group = first..<min(count, first + shape.gradientGroupTiles)
      transformTiles(
        Form.Input.self, inputs, tiles: group, shape: shape, into: tiles,
        planeStep: shape.gradientInputPlaneStep, tileStep: shape.gradientInputStep, room: room)
      transformTiles(
        Form.Gradient.self, outputs, tiles: group, shape: shape, into: gradients,
        planeStep: shape.gradientPlaneStep, tileStep: shape.gradientStep, room: room)
      addTransposedProducts(
        tiles, tilePlaneStep: shape.gradientInputPlaneStep, tileStep: shape.gradientInputStep,
        inputs: sizes.inputChannels, gradients, gradientPlaneStep: shape.gradientPlaneStep,
        gradientStep: shape.gradientStep,
        outputs: wholeVectors(sizes.outputChannels, of: nativeWidth),
        outputStep: shape.outputStep, to: sums,
        sumPlaneStep: shape.sumPlaneStep,
        positions: positions, count: group.count)
      first = group.upperBound
    }
  }
  switch shape.tile {
  case .two: run(WinogradTwo.self)
  case .four: run(WinogradFour.self)
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
  @inline(__always)
  func run<Form: WinogradTransforms>(_: Form.Type) {
    let sizes = shape.convolution
    let (inputs, outputs) = (sizes.inputChannels, sizes.outputChannels)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: WinogradRoom.floats) { memory in
      let room = WinogradRoom(memory.baseAddress!)
      for input in 0..<inputs {
        var channel = 0
        while channel < outputs {
          transformSquare(
            Form.WindowGradient.self, sums + (input &* shape.outputStep &+ channel),
            rowStep: shape.tile.inputSide &* shape.sumPlaneStep, pixelStep: shape.sumPlaneStep,
            into: room.square, targetRowStep: 3 &* nativeWidth, targetPixelStep: nativeWidth,
            room: room.half)
          for tap in 0..<9 {
            let target = output + ((tap &* inputs &+ input) &* outputs &+ channel)
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
