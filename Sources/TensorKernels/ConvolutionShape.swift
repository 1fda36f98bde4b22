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

  /// Floats of scratch that each function of Convolution.swift needs at most.
  public var scratchFloats: Int {
    let padded = paddedWidth * paddedHeight * inputChannels
    let gradient =
      stride == 1
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
