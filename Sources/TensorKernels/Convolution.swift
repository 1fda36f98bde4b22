// Dense convolution of NHWC images as products over register tiles. Windows may be rectangular.
//
// In a padded NHWC image the kw·Cin values under one row of the window are contiguous, so a row of
// output pixels is a product of kh segments and no column matrix is built. Images are taken one at a
// time: a padded image stays in the second-level cache while all tiles pass over it.

/// output = input ∗ weights (+ bias).
///
/// - Parameters:
///   - input: `[images, H, W, Cin]`.
///   - weights: `[kh, kw, Cin, Cout]`.
///   - bias: `[Cout]` or nil.
///   - output: `[images, H', W', Cout]`; overwritten.
public func convolutionForward(
  _ input: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
  into output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, images: Int,
  shape: ConvolutionShape
) {
  for image in 0..<images {
    pad(
      input + image * shape.inputFloats, into: scratch, rows: shape.rows, columns: shape.columns,
      channels: shape.inputChannels)
    convolvePadded(
      scratch, weights, bias: bias, accumulate: false, into: output + image * shape.outputFloats,
      strides: ChannelStrides(shape), shape: shape)
  }
}

/// Convolves one padded image, `[H + kh − 1, W + kw − 1, Cin]`, without further padding.
///
/// - Parameter strides: With a window of several positions the input's is Cin.
func convolvePadded(
  _ padded: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
  accumulate: Bool, into output: UnsafeMutablePointer<Float>, strides: ChannelStrides,
  shape: ConvolutionShape
) {
  let outputs = shape.outputChannels
  let source = padded + shape.origin * strides.input
  let pixelStride = shape.columns.stride * strides.input
  let lineStride = shape.rows.stride * shape.paddedWidth * strides.input
  var column = 0
  while column < outputs {
    let columns = tileColumns(remaining: outputs - column)
    // Of an image with short lines two go into one tile.
    let pairsLines = tileHoldsTwoLines(width: shape.outputWidth, columns: columns)
    var y = 0
    while y < shape.outputHeight {
      let lines = pairsLines && y + 1 < shape.outputHeight ? 2 : 1
      var x = 0
      while x < shape.outputWidth {
        let rows =
          lines == 2
          ? 2 * shape.outputWidth : tileRows(remaining: shape.outputWidth - x, columns: columns)
        let target = output + (y * shape.outputWidth + x) * strides.output + column
        tile(
          rows: rows, columns: columns,
          RowOperands(
            left: source + y * lineStride + x * pixelStride, leftRowStride: pixelStride,
            leftSegmentStride: shape.paddedWidth * strides.input,
            leftHalfStride: lines == 2 ? lineStride : nil,
            right: weights + column, rightRowStride: strides.weights,
            segments: shape.rows.kernel, depth: shape.columns.kernel * shape.inputChannels),
          from: accumulate
            ? TileStart(values: target, rowStride: strides.output)
            : .row(bias.map { $0 + column }),
          into: target, rowStride: strides.output)
        x += rows
      }
      y += lines
    }
    column += columns
  }
}

/// Rearranges weights for `convolutionBackwardInput`.
///
/// - Parameters:
///   - weights: `[kh, kw, Cin, Cout]`.
///   - output: With stride 1, the flipped window `[kh, kw, Cout, Cin]`; otherwise `[Cout, kh, kw, Cin]`.
public func rearrangeForBackwardInput(
  _ weights: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>,
  shape: ConvolutionShape
) {
  guard shape.isDense else {
    transpose(weights, into: output, rows: shape.windowFloats, columns: shape.outputChannels)
    return
  }
  let taps = shape.taps
  let block = shape.inputChannels * shape.outputChannels
  for tap in 0..<taps {
    transpose(
      weights + tap * block, into: output + (taps - 1 - tap) * block, rows: shape.inputChannels,
      columns: shape.outputChannels)
  }
}

/// The gradient with respect to the input.
///
/// - Parameters:
///   - gradient: With respect to the output, `[images, H', W', Cout]`.
///   - rearranged: What `rearrangeForBackwardInput` gave.
///   - accumulate: Whether to add to `output` instead of overwriting it.
///   - output: `[images, H, W, Cin]`.
public func convolutionBackwardInput(
  _ gradient: UnsafePointer<Float>, rearranged: UnsafePointer<Float>, accumulate: Bool,
  into output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, images: Int,
  shape: ConvolutionShape
) {
  guard shape.isDense else {
    for image in 0..<images {
      spreadGradient(
        gradient + image * shape.outputFloats, rearranged, accumulate: accumulate,
        into: output + image * shape.inputFloats, scratch: scratch, shape: shape)
    }
    return
  }
  // With stride 1 it is a convolution again, of the gradient with the flipped window.
  let flipped = ConvolutionShape(
    rows: shape.rows.flipped, columns: shape.columns.flipped,
    inputChannels: shape.outputChannels, outputChannels: shape.inputChannels)
  for image in 0..<images {
    pad(
      gradient + image * shape.outputFloats, into: scratch, rows: flipped.rows,
      columns: flipped.columns, channels: flipped.inputChannels)
    convolvePadded(
      scratch, rearranged, bias: nil, accumulate: accumulate,
      into: output + image * shape.inputFloats, strides: ChannelStrides(flipped), shape: flipped)
  }
}

/// One image's input gradient for strides above 1: each output pixel's window, added into its place.
private func spreadGradient(
  _ gradient: UnsafePointer<Float>, _ transposed: UnsafePointer<Float>, accumulate: Bool,
  into output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>,
  shape: ConvolutionShape
) {
  let channels = shape.inputChannels
  let (rows, columns) = (shape.rows, shape.columns)
  let lineFloats = shape.paddedWidth * channels
  let segment = columns.kernel * channels
  let padded = scratch
  let first = padded + shape.origin * channels
  let windows = scratch + shape.paddedHeight * lineFloats
  padded.update(repeating: 0, count: shape.paddedHeight * lineFloats)
  matrixProduct(
    gradient, transposed, into: windows, m: shape.outputHeight * shape.outputWidth,
    n: shape.windowFloats, k: shape.outputChannels)
  for y in 0..<shape.outputHeight {
    for x in 0..<shape.outputWidth {
      let window = windows + (y * shape.outputWidth + x) * shape.windowFloats
      let corner = first + y * rows.stride * lineFloats + x * columns.stride * channels
      for ky in 0..<rows.kernel {
        add(window + ky * segment, to: corner + ky * lineFloats, count: segment)
      }
    }
  }
  let image = padded + rows.frameBefore * lineFloats + columns.frameBefore * channels
  for y in 0..<shape.height {
    let row = image + y * lineFloats
    let target = output + y * shape.width * channels
    if accumulate {
      add(row, to: target, count: shape.width * channels)
    } else {
      target.update(from: row, count: shape.width * channels)
    }
  }
}

/// Adds the gradient with respect to the weights.
///
/// - Parameters:
///   - input: `[images, H, W, Cin]`.
///   - gradient: With respect to the output, `[images, H', W', Cout]`.
///   - output: `[kh, kw, Cin, Cout]`; accumulated into.
public func convolutionBackwardWeights(
  _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
  addingTo output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, images: Int,
  shape: ConvolutionShape
) {
  for image in 0..<images {
    pad(
      input + image * shape.inputFloats, into: scratch, rows: shape.rows, columns: shape.columns,
      channels: shape.inputChannels)
    addWeightGradient(
      scratch, gradient + image * shape.outputFloats, to: output, strides: ChannelStrides(shape),
      shape: shape)
  }
}

/// Adds one padded image's share of the gradient with respect to the weights.
///
/// - Parameter strides: With a window of several positions the input's is Cin.
func addWeightGradient(
  _ padded: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
  to output: UnsafeMutablePointer<Float>, strides: ChannelStrides, shape: ConvolutionShape
) {
  let outputs = shape.outputChannels
  let lineFloats = shape.paddedWidth * strides.input
  let segment = shape.columns.kernel * shape.inputChannels
  let source = padded + shape.origin * strides.input
  for ky in 0..<shape.rows.kernel {
    addTiledProduct(
      rows: segment, columns: outputs,
      TransposedOperands(
        left: source + ky * lineFloats, leftStep: shape.columns.stride * strides.input,
        leftLineStride: shape.rows.stride * lineFloats, right: gradient,
        rightStep: strides.output, rightLineStride: shape.outputWidth * strides.output,
        lines: shape.outputHeight, length: shape.outputWidth),
      to: output + ky * segment * strides.weights, rowStride: strides.weights)
  }
}
