// Depthwise k×k convolution of planes: one image's pixels of sixteen neighbouring channels.
//
// A plane is `[H·W, 16]` floats, one vector a pixel. A frame is a plane inside a border of k/2 zero
// pixels, so that no kernel has an edge to look out for; where the padding has fewer of them before the image,
// the first window begins further on. Filters are `[k·k, 16]`.
//
// Up to fourteen neighbouring output pixels are summed in registers; each input pixel under a row
// of taps is loaded once and multiplied with all of them. Buffers are fastest at addresses that are
// multiples of 64 bytes.

/// The sizes of a depthwise convolution of planes.
public struct PlaneShape: Hashable, Sendable {
  public let rows: WindowAxis
  public let columns: WindowAxis

  public init(height: Int, width: Int, kernel: Int, stride: Int, padding: Padding = .half) {
    precondition(kernel % 2 == 1, "the kernel must be odd, got \(kernel)")
    rows = WindowAxis(length: height, kernel: kernel, stride: stride, padding: padding)
    columns = WindowAxis(length: width, kernel: kernel, stride: stride, padding: padding)
  }

  /// The input's.
  public var height: Int { rows.length }
  public var width: Int { columns.length }
  /// The window's side, odd.
  public var kernel: Int { rows.kernel }
  public var stride: Int { rows.stride }
  public var outputHeight: Int { rows.count }
  public var outputWidth: Int { columns.count }
  public var inputPixels: Int { height * width }
  public var outputPixels: Int { outputHeight * outputWidth }

  /// The border of both frames.
  var border: Int { kernel / 2 }
  /// The input in its frame.
  public var inputFrame: PlaneFrame { PlaneFrame(height: height, width: width, border: border) }
  /// The output's gradient in its frame.
  public var outputFrame: PlaneFrame {
    PlaneFrame(height: outputHeight, width: outputWidth, border: border)
  }
  /// Floats from one row of the input's frame to the next.
  var frameRow: Int { (width + 2 * border) &* vectorWidth }
  /// Floats from one row of the gradient's frame to the next.
  var gradientRow: Int { (outputWidth + 2 * border) &* vectorWidth }
  /// Floats of the input's frame before the first window.
  var origin: Int { rows.origin &* frameRow &+ columns.origin &* vectorWidth }
}

/// Zeroes the border of a frame and leaves the plane inside it alone.
///
/// - Parameters:
///   - frame: `[(height + 2·border)·(width + 2·border), 16]`.
///   - height: The plane's.
///   - width: The plane's.
public func zeroFrameBorder(
  _ frame: UnsafeMutablePointer<Float>, height: Int, width: Int, border: Int
) {
  let side = border * vectorWidth
  let row = width * vectorWidth + 2 * side
  frame.update(repeating: 0, count: border * row)
  for y in border..<border + height {
    (frame + y * row).update(repeating: 0, count: side)
    (frame + (y + 1) * row - side).update(repeating: 0, count: side)
  }
  (frame + (border + height) * row).update(repeating: 0, count: border * row)
}

/// output = frame ∗ filter, and the sums that batch normalisation needs of it.
///
/// - Parameters:
///   - frame: The input with its border, `[(height + 2·border)·(width + 2·border), 16]`.
///   - filter: `[k·k, 16]`.
///   - pivot: `[16]`, a number near each channel's mean.
///   - output: `[outputPixels, 16]`; overwritten.
///   - sums: `[2, 16]`: each channel's Σ(y − pivot) and Σ(y − pivot)²; accumulated into.
public func depthwisePlaneForward(
  _ frame: UnsafePointer<Float>, _ filter: UnsafePointer<Float>, pivot: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Float>, shape: PlaneShape, sums: UnsafeMutablePointer<Float>
) {
  convolve(frame, filter, into: output, shape: shape, PlaneMoments(pivot: pivot, sums: sums))
}

/// output = frame ∗ filter, as above, without the sums.
public func depthwisePlaneForward(
  _ frame: UnsafePointer<Float>, _ filter: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Float>, shape: PlaneShape
) {
  convolve(frame, filter, into: output, shape: shape, NoSink())
}

private func convolve(
  _ frame: UnsafePointer<Float>, _ filter: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Float>, shape: PlaneShape, _ sink: some PixelSink
) {
  let pass = PlaneConvolution(
    source: frame + shape.origin, rowStride: shape.stride &* shape.frameRow,
    tapRowStride: shape.frameRow,
    filter: filter, filterRowStep: shape.kernel &* vectorWidth, filterStep: vectorWidth,
    tapRows: shape.kernel, output: output, outputRowStride: shape.outputWidth &* vectorWidth,
    outputStep: vectorWidth, height: shape.outputHeight, width: shape.outputWidth)
  let (one, two) = (InlineArray<1, Bool>.self, InlineArray<2, Bool>.self)
  let (three, five) = (InlineArray<3, Bool>.self, InlineArray<5, Bool>.self)
  let seven = InlineArray<7, Bool>.self
  switch (shape.kernel, shape.stride) {
  case (3, 1): pass.run(three, three, one, sink)
  case (3, 2): pass.run(three, three, two, sink)
  case (5, 1): pass.run(five, five, one, sink)
  case (5, 2): pass.run(five, five, two, sink)
  case (7, 1): pass.run(seven, seven, one, sink)
  case (7, 2): pass.run(seven, seven, two, sink)
  default: pass.runAny(columns: shape.kernel, stride: shape.stride, sink)
  }
}
