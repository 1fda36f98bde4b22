// Winograd's transforms work on squares of pixels, a native vector of channels at a time: the same sums of
// neighbouring vectors along the columns of a square, and then along the rows of what they gave.

/// One of Winograd's transforms along one axis: a small constant matrix times a line of vectors.
protocol LineTransform {
  /// Vectors that a line holds before the transform.
  static var inputs: Int { get }
  /// Vectors that it holds behind it.
  static var outputs: Int { get }
  /// Transforms one line.
  ///
  /// - Parameters:
  ///   - source: `inputs` vectors, `step` floats apart.
  ///   - target: `outputs` vectors, `targetStep` floats apart; overwritten.
  static func run(
    _ source: UnsafePointer<Float>, step: Int, into target: UnsafeMutablePointer<Float>,
    targetStep: Int)
}

/// Floats of room that `transformSquare` needs at most: 6×6 vectors.
let squareFloats = 36 * vectorWidth

/// target = T · source · Tᵀ for a square of vectors.
///
/// - Parameters:
///   - source: `[inputs, inputs]` vectors, `rowStep` and `pixelStep` floats apart.
///   - target: `[outputs, outputs]` vectors, likewise; overwritten.
///   - room: `[squareFloats]`, for the half-transformed square.
@inline(__always)
func transformSquare<Line: LineTransform>(
  _: Line.Type, _ source: UnsafePointer<Float>, rowStep: Int, pixelStep: Int,
  into target: UnsafeMutablePointer<Float>, targetRowStep: Int, targetPixelStep: Int,
  room: UnsafeMutablePointer<Float>
) {
  let roomStep = Line.inputs &* nativeWidth
  for x in 0..<Line.inputs {
    Line.run(
      source + x &* pixelStep, step: rowStep, into: room + x &* nativeWidth, targetStep: roomStep)
  }
  for y in 0..<Line.outputs {
    Line.run(
      room + y &* roomStep, step: nativeWidth, into: target + y &* targetRowStep,
      targetStep: targetPixelStep)
  }
}
