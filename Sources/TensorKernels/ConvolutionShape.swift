/// The sizes of a convolution.
public struct ConvolutionShape: Hashable, Sendable {
  public let rows: WindowAxis
  public let columns: WindowAxis
  public let inputChannels: Int
  public let outputChannels: Int

  public init(rows: WindowAxis, columns: WindowAxis, inputChannels: Int, outputChannels: Int) {
    (self.rows, self.columns) = (rows, columns)
    (self.inputChannels, self.outputChannels) = (inputChannels, outputChannels)
  }

  /// The shape with a window that moves alike on both axes.
  public init(
    height: Int, width: Int, inputChannels: Int, outputChannels: Int, window: WindowSize,
    stride: Int, padding: Padding = .half
  ) {
    self.init(
      rows: WindowAxis(length: height, kernel: window.height, stride: stride, padding: padding),
      columns: WindowAxis(length: width, kernel: window.width, stride: stride, padding: padding),
      inputChannels: inputChannels, outputChannels: outputChannels)
  }

  public var height: Int { rows.length }
  public var width: Int { columns.length }
  public var outputHeight: Int { rows.count }
  public var outputWidth: Int { columns.count }
  /// The positions of the window.
  public var taps: Int { rows.kernel * columns.kernel }
  /// Whether the window moves by one position on both axes.
  var isDense: Bool { rows.stride == 1 && columns.stride == 1 }
  /// Whether every output position sees its own input position and no other.
  public var isPointwise: Bool { taps == 1 && isDense }
  var paddedWidth: Int { columns.frameLength }
  var paddedHeight: Int { rows.frameLength }
  /// Pixels of the padded image before the first window.
  var origin: Int { rows.origin * paddedWidth + columns.origin }
  /// Floats of one image of the input, H·W·Cin.
  public var inputFloats: Int { height * width * inputChannels }
  /// Positions of one image of the output, H'·W'.
  public var outputPositions: Int { outputHeight * outputWidth }
  /// Floats of one image of the output, H'·W'·Cout.
  public var outputFloats: Int { outputPositions * outputChannels }
  /// Values under the whole window.
  var windowFloats: Int { taps * inputChannels }
  /// Weights, `[kh, kw, Cin, Cout]`.
  public var weightFloats: Int { windowFloats * outputChannels }

  /// Floats of scratch that each function of Convolution.swift needs at most.
  public var scratchFloats: Int {
    let padded = paddedWidth * paddedHeight * inputChannels
    let gradient =
      isDense
      ? paddedWidth * paddedHeight * outputChannels
      : padded + outputHeight * outputWidth * windowFloats
    return max(padded, gradient) + readMargin
  }
}

/// Floats from one pixel to the next in the input and in the output, and from one row of weights to the
/// next: more than the channels worked on where those are one group of several.
struct ChannelStrides {
  var input: Int
  var weights: Int
  var output: Int

  init(input: Int, weights: Int, output: Int) {
    (self.input, self.weights, self.output) = (input, weights, output)
  }

  /// Those of a convolution that works on all channels.
  init(_ shape: ConvolutionShape) {
    self.init(
      input: shape.inputChannels, weights: shape.outputChannels, output: shape.outputChannels)
  }
}
