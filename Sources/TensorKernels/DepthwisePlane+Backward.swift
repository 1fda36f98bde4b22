// The gradients of a depthwise convolution of planes.
//
// The output's gradient stands in a frame with the same border as the input's, k/2 pixels of zeros.

/// The gradient with respect to the input.
///
/// - Parameters:
///   - gradientFrame: With respect to the output, a frame of the output's size.
///   - filter: `[k·k, 16]`.
///   - output: `[inputPixels, 16]`; overwritten.
public func depthwisePlaneBackwardInput(
  _ gradientFrame: UnsafePointer<Float>, _ filter: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Float>, shape: PlaneShape
) {
  let kernel = shape.kernel
  switch (kernel, shape.stride) {
  case (1, 1), (3, 1), (5, 1), (7, 1):
    runInputGradient(
      PlaneConvolution(
        source: gradientFrame, rowStride: shape.gradientRow, tapRowStride: shape.gradientRow,
        filter: filter + (kernel &* kernel &- 1) &* vectorWidth,
        filterRowStep: -kernel &* vectorWidth, filterStep: -vectorWidth, tapRows: kernel,
        output: output, outputRowStride: shape.width &* vectorWidth, outputStep: vectorWidth,
        height: shape.height, width: shape.width),
      columns: kernel)
  case (3, 2), (5, 2), (7, 2):
    for row in 0..<2 {
      for column in 0..<2 {
        inputGradientClass(
          gradientFrame, filter, into: output, shape: shape, row: row, column: column)
      }
    }
  default:
    inputGradientOfAnyStride(gradientFrame, filter, into: output, shape: shape)
  }
}

/// Runs a pass over the gradient's frame with `columns` taps a row.
private func runInputGradient(_ pass: PlaneConvolution, columns: Int) {
  let none = NoSink()
  let (one, two) = (InlineArray<1, Bool>.self, InlineArray<2, Bool>.self)
  let (three, four) = (InlineArray<3, Bool>.self, InlineArray<4, Bool>.self)
  switch (pass.tapRows, columns) {
  case (1, 1): pass.run(one, one, one, none)
  case (1, 2): pass.run(one, two, one, none)
  case (2, 1): pass.run(two, one, one, none)
  case (2, 2): pass.run(two, two, one, none)
  case (2, 3): pass.run(two, three, one, none)
  case (3, 2): pass.run(three, two, one, none)
  case (3, 3): pass.run(three, three, one, none)
  case (3, 4): pass.run(three, four, one, none)
  case (4, 3): pass.run(four, three, one, none)
  case (4, 4): pass.run(four, four, one, none)
  case (5, 5): pass.run(InlineArray<5, Bool>.self, InlineArray<5, Bool>.self, one, none)
  case (7, 7): pass.run(InlineArray<7, Bool>.self, InlineArray<7, Bool>.self, one, none)
  default: preconditionFailure("no pass has \(pass.tapRows)×\(columns) taps")
  }
}

/// The input's gradient at every second pixel of every second row, for stride 2 and k ≥ 3.
///
/// Input row i met output row o through tap t where i + b = 2·o + t, b being the padding before the image: only
/// even taps if i + b is even, only odd ones otherwise, and columns likewise. Each of the four classes of pixels is a
/// convolution of its own, with about a quarter of the taps and no inserted zeros.
///
/// - Parameters:
///   - row: 0 or 1, the parity of a row plus the padding above it.
///   - column: The same of a column.
private func inputGradientClass(
  _ gradientFrame: UnsafePointer<Float>, _ filter: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Float>, shape: PlaneShape, row: Int, column: Int
) {
  let (kernel, border) = (shape.kernel, shape.border)
  let (above, left) = (shape.rows.before, shape.columns.before)
  let firstY = (row &+ above) & 1
  let firstX = (column &+ left) & 1
  guard firstY < shape.height, firstX < shape.width else { return }
  // The last tap of the class comes first: it meets the pixel furthest up and left.
  let lastTapY = kernel &- 1 &- row
  let lastTapX = kernel &- 1 &- column
  let sourceY = (firstY &+ above &- lastTapY) >> 1 &+ border
  let sourceX = (firstX &+ left &- lastTapX) >> 1 &+ border
  runInputGradient(
    PlaneConvolution(
      source: gradientFrame + sourceY &* shape.gradientRow + sourceX &* vectorWidth,
      rowStride: shape.gradientRow, tapRowStride: shape.gradientRow,
      filter: filter + (lastTapY &* kernel &+ lastTapX) &* vectorWidth,
      filterRowStep: -2 &* kernel &* vectorWidth, filterStep: -2 &* vectorWidth,
      tapRows: border &+ 1 &- row,
      output: output + (firstY &* shape.width &+ firstX) &* vectorWidth,
      outputRowStride: 2 &* shape.width &* vectorWidth, outputStep: 2 &* vectorWidth,
      height: (shape.height &- firstY &+ 1) / 2, width: (shape.width &- firstX &+ 1) / 2),
    columns: border &+ 1 &- column)
}

/// The input's gradient for any kernel and stride: the plain version.
private func inputGradientOfAnyStride(
  _ gradientFrame: UnsafePointer<Float>, _ filter: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Float>, shape: PlaneShape
) {
  let (kernel, stride) = (shape.kernel, shape.stride)
  let inside = gradientFrame + shape.border &* (shape.gradientRow &+ vectorWidth)
  for y in 0..<shape.height {
    for x in 0..<shape.width {
      var sum = Vector.zero
      for ky in 0..<kernel {
        let row = y &+ shape.rows.before &- ky
        guard row >= 0, row % stride == 0, row / stride < shape.outputHeight else { continue }
        for kx in 0..<kernel {
          let column = x &+ shape.columns.before &- kx
          guard column >= 0, column % stride == 0, column / stride < shape.outputWidth else {
            continue
          }
          let place = row / stride &* shape.gradientRow &+ column / stride &* vectorWidth
          sum.addProduct(inside.vector(place), filter.vector((ky &* kernel &+ kx) &* vectorWidth))
        }
      }
      output.store(sum, (y &* shape.width &+ x) &* vectorWidth)
    }
  }
}
