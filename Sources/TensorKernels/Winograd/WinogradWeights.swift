// Weights as products between transformed tiles want them. They change once a step, so they are transformed once a
// step, into memory that the caller keeps.

/// Transforms weights for `winogradForward`.
///
/// - Parameters:
///   - weights: `[3, 3, Cin, Cout]`.
///   - output: `[shape.weightFloats]`.
public func transformWinogradWeights(
  _ weights: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, shape: WinogradShape
) {
  let sizes = shape.convolution
  let tapStep = sizes.inputChannels * sizes.outputChannels
  transformWindows(into: output, shape: shape) { input, channel, square in
    let window = weights + input * sizes.outputChannels + channel
    for tap in 0..<9 { square.store(window.native(tap &* tapStep), tap &* nativeWidth) }
  }
}

/// Transforms weights for `winogradBackwardInput`.
///
/// - Parameters:
///   - weights: `[3, 3, Cin, Cout]`.
///   - output: `[shape.flippedWeightFloats]`.
public func transformFlippedWinogradWeights(
  _ weights: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, shape: WinogradShape
) {
  let (inputs, outputs) = (shape.convolution.inputChannels, shape.convolution.outputChannels)
  transformWindows(into: output, shape: shape.flipped) { gradientChannel, channel, square in
    let window = weights + channel * outputs + gradientChannel
    let count = max(0, min(nativeWidth, inputs - channel))
    for tap in 0..<9 {
      let (from, to) = (window + tap &* inputs &* outputs, square + (8 &- tap) &* nativeWidth)
      for lane in 0..<count { to[lane] = from[lane &* outputs] }
    }
  }
}

/// Writes the panels of transformed windows.
///
/// - Parameter gather: Writes the windows of one input channel and of a native vector of output channels from
///   `channel` on, `[3, 3, nativeWidth]`; what it leaves for channels that do not exist is never used.
@inline(__always)
private func transformWindows(
  into output: UnsafeMutablePointer<Float>, shape: WinogradShape,
  _ gather: (_ input: Int, _ channel: Int, _ square: UnsafeMutablePointer<Float>) -> Void
) {
  withUnsafeTemporaryAllocation(of: Float.self, capacity: WinogradRoom.floats) { memory in
    memory.initialize(repeating: 0)
    let room = WinogradRoom(memory.baseAddress!)
    for panel in 0..<shape.panelCount {
      let columns = shape.columns(ofPanel: panel)
      let planeStep = shape.panelPlaneStep(columns: columns)
      for input in 0..<shape.convolution.inputChannels {
        for column in stride(from: 0, to: columns, by: nativeWidth) {
          gather(input, panel * WinogradShape.panelColumns + column, room.square)
          let target = output + (shape.offset(ofPanel: panel) + input * columns + column)
          switch shape.tile {
          case .two:
            transformWindow(WinogradTwo.Window.self, into: target, planeStep: planeStep, room)
          case .four:
            transformWindow(WinogradFour.Window.self, into: target, planeStep: planeStep, room)
          }
        }
      }
    }
  }
}

/// Transforms the windows in the room's square; each position goes `planeStep` floats behind the one before.
private func transformWindow<Line: LineTransform>(
  _ line: Line.Type, into target: UnsafeMutablePointer<Float>, planeStep: Int, _ room: WinogradRoom
) {
  transformSquare(
    line, room.square, rowStep: 3 * nativeWidth, pixelStep: nativeWidth, into: target,
    targetRowStep: Line.outputs * planeStep, targetPixelStep: planeStep, room: room.half)
}
