// Dense k×k convolution of NHWC images, zero padding k/2, as products over register tiles.
//
// In a padded NHWC image the k·Cin values under one row of the window are contiguous, so a row of
// output pixels is a product of k segments and no column matrix is built. Images are taken one at a
// time: a padded image stays in the second-level cache while all tiles pass over it.

/// The sizes of a convolution.
public struct ConvolutionShape: Hashable, Sendable {
  public let height: Int
  public let width: Int
  public let inputChannels: Int
  public let outputChannels: Int
  /// The window's side, odd; the padding is half of it.
  public let kernel: Int
  public let stride: Int

  public init(
    height: Int, width: Int, inputChannels: Int, outputChannels: Int, kernel: Int, stride: Int
  ) {
    precondition(kernel % 2 == 1, "the kernel must be odd, got \(kernel)")
    (self.height, self.width) = (height, width)
    (self.inputChannels, self.outputChannels) = (inputChannels, outputChannels)
    (self.kernel, self.stride) = (kernel, stride)
  }

  public var outputHeight: Int { (height - 1) / stride + 1 }
  public var outputWidth: Int { (width - 1) / stride + 1 }
  var paddedWidth: Int { width + kernel - 1 }
  var paddedHeight: Int { height + kernel - 1 }
  var inputFloats: Int { height * width * inputChannels }
  var outputFloats: Int { outputHeight * outputWidth * outputChannels }
  /// Values under the whole window.
  var windowFloats: Int { kernel * kernel * inputChannels }
  /// Weights, `[k, k, Cin, Cout]`.
  public var weightFloats: Int { windowFloats * outputChannels }

  /// Floats of scratch that each function of this file needs at most.
  public var scratchFloats: Int {
    let padded = paddedWidth * paddedHeight * inputChannels
    let gradient =
      stride == 1
      ? paddedWidth * paddedHeight * outputChannels
      : padded + outputHeight * outputWidth * windowFloats
    return max(padded, gradient) + 32
  }
}

/// output = input ∗ weights (+ bias).
///
/// - Parameters:
///   - input: `[images, H, W, Cin]`.
///   - weights: `[k, k, Cin, Cout]`.
///   - bias: `[Cout]` or nil.
///   - output: `[images, H', W', Cout]`; overwritten.
public func convolutionForward(
  _ input: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
  into output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, images: Int,
  shape: ConvolutionShape
) {
  for image in 0..<images {
    pad(
      input + image * shape.inputFloats, into: scratch, height: shape.height, width: shape.width,
      channels: shape.inputChannels, padding: shape.kernel / 2)
    convolvePadded(
      scratch, weights, bias: bias, accumulate: false, into: output + image * shape.outputFloats,
      shape: shape)
  }
}

/// Convolves one padded image, `[H + k − 1, W + k − 1, Cin]`, without further padding.
private func convolvePadded(
  _ padded: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
  accumulate: Bool, into output: UnsafeMutablePointer<Float>, shape: ConvolutionShape
) {
  let (channels, outputs) = (shape.inputChannels, shape.outputChannels)
  let lineFloats = shape.paddedWidth * channels
  // Of an image with short lines two go into one tile.
  let pairsLines = shape.outputWidth >= 4 && shape.outputWidth <= 7
  var column = 0
  while column < outputs {
    let columns = min(32, outputs - column)
    var y = 0
    while y < shape.outputHeight {
      let lines = pairsLines && y + 1 < shape.outputHeight ? 2 : 1
      var x = 0
      while x < shape.outputWidth {
        let rows =
          lines == 2 ? 2 * shape.outputWidth : tileRows(remaining: shape.outputWidth - x)
        let target = output + (y * shape.outputWidth + x) * outputs + column
        tile(
          rows: rows, columns: columns,
          TileOperands(
            left: padded + y * shape.stride * lineFloats + x * shape.stride * channels,
            leftRowStride: shape.stride * channels, leftSegmentStride: lineFloats,
            leftHalfStride: lines == 2 ? shape.stride * lineFloats : nil,
            right: weights + column, rightRowStride: outputs, segments: shape.kernel,
            depth: shape.kernel * channels),
          from: accumulate
            ? TileStart(values: target, rowStride: outputs)
            : TileStart(values: bias.map { $0 + column } ?? zeroRow, rowStride: 0),
          into: target, rowStride: outputs)
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
///   - weights: `[k, k, Cin, Cout]`.
///   - output: With stride 1, the flipped window `[k, k, Cout, Cin]`; otherwise `[Cout, k, k, Cin]`.
public func rearrangeForBackwardInput(
  _ weights: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>,
  shape: ConvolutionShape
) {
  guard shape.stride == 1 else {
    transpose(weights, into: output, rows: shape.windowFloats, columns: shape.outputChannels)
    return
  }
  let taps = shape.kernel * shape.kernel
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
  guard shape.stride == 1 else {
    for image in 0..<images {
      spreadGradient(
        gradient + image * shape.outputFloats, rearranged, accumulate: accumulate,
        into: output + image * shape.inputFloats, scratch: scratch, shape: shape)
    }
    return
  }
  // With stride 1 it is a convolution again, of the gradient with the flipped window.
  let flipped = ConvolutionShape(
    height: shape.height, width: shape.width, inputChannels: shape.outputChannels,
    outputChannels: shape.inputChannels, kernel: shape.kernel, stride: 1)
  for image in 0..<images {
    pad(
      gradient + image * shape.outputFloats, into: scratch, height: shape.height,
      width: shape.width, channels: shape.outputChannels, padding: shape.kernel / 2)
    convolvePadded(
      scratch, rearranged, bias: nil, accumulate: accumulate,
      into: output + image * shape.inputFloats, shape: flipped)
  }
}

/// One image's input gradient for strides above 1: each output pixel's window, added into its place.
private func spreadGradient(
  _ gradient: UnsafePointer<Float>, _ transposed: UnsafePointer<Float>, accumulate: Bool,
  into output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>,
  shape: ConvolutionShape
) {
  let (channels, kernel) = (shape.inputChannels, shape.kernel)
  let lineFloats = shape.paddedWidth * channels
  let segment = kernel * channels
  let padded = scratch
  let windows = scratch + shape.paddedHeight * lineFloats
  padded.update(repeating: 0, count: shape.paddedHeight * lineFloats)
  matrixProduct(
    gradient, transposed, into: windows, m: shape.outputHeight * shape.outputWidth,
    n: shape.windowFloats, k: shape.outputChannels)
  for y in 0..<shape.outputHeight {
    for x in 0..<shape.outputWidth {
      let window = windows + (y * shape.outputWidth + x) * shape.windowFloats
      let corner = padded + y * shape.stride * lineFloats + x * shape.stride * channels
      for ky in 0..<kernel {
        add(window + ky * segment, to: corner + ky * lineFloats, count: segment)
      }
    }
  }
  let margin = kernel / 2
  for y in 0..<shape.height {
    let row = padded + (y + margin) * lineFloats + margin * channels
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
///   - output: `[k, k, Cin, Cout]`; accumulated into.
public func convolutionBackwardWeights(
  _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
  addingTo output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, images: Int,
  shape: ConvolutionShape
) {
  let (channels, outputs, kernel) = (shape.inputChannels, shape.outputChannels, shape.kernel)
  let lineFloats = shape.paddedWidth * channels
  let segment = kernel * channels
  for image in 0..<images {
    pad(
      input + image * shape.inputFloats, into: scratch, height: shape.height, width: shape.width,
      channels: channels, padding: kernel / 2)
    let right = gradient + image * shape.outputFloats
    var column = 0
    while column < outputs {
      let columns = min(32, outputs - column)
      for ky in 0..<kernel {
        var row = 0
        while row < segment {
          let rows = tileRows(remaining: segment - row)
          transposedTile(
            rows: rows, columns: columns,
            TransposedOperands(
              left: scratch + ky * lineFloats + row, leftStep: shape.stride * channels,
              leftLineStride: shape.stride * lineFloats, right: right + column, rightStep: outputs,
              rightLineStride: shape.outputWidth * outputs, lines: shape.outputHeight,
              length: shape.outputWidth),
            addingTo: output + (ky * segment + row) * outputs + column, rowStride: outputs)
          row += rows
        }
      }
      column += columns
    }
  }
}
