// Depthwise k×k convolution of NHWC images, zero padding k/2: one filter per channel.
//
// Sixteen channels at a time; up to seven neighbouring output pixels of a row are summed in registers.
// The last block of channels may hold fewer than sixteen: it reads into the next pixel's channels, which
// is harmless, and stores only its own.

/// The sizes of a depthwise convolution.
public struct DepthwiseShape: Hashable, Sendable {
  public let height: Int
  public let width: Int
  public let channels: Int
  /// The window's side, odd; the padding is half of it.
  public let kernel: Int
  public let stride: Int

  public init(height: Int, width: Int, channels: Int, kernel: Int, stride: Int) {
    precondition(kernel % 2 == 1, "the kernel must be odd, got \(kernel)")
    (self.height, self.width, self.channels) = (height, width, channels)
    (self.kernel, self.stride) = (kernel, stride)
  }

  public var outputHeight: Int { (height - 1) / stride + 1 }
  public var outputWidth: Int { (width - 1) / stride + 1 }
  var paddedWidth: Int { width + kernel - 1 }
  var paddedHeight: Int { height + kernel - 1 }
  var inputFloats: Int { height * width * channels }
  var outputFloats: Int { outputHeight * outputWidth * channels }

  /// Floats of scratch that each function of this file needs at most.
  public var scratchFloats: Int {
    paddedWidth * paddedHeight * channels + kernel * kernel * channels + 64
  }
}

/// output = input ∗ filters (+ bias).
///
/// - Parameters:
///   - input: `[images, H, W, C]`.
///   - filters: `[k, k, C]`.
///   - bias: `[C]` or nil.
///   - output: `[images, H', W', C]`; overwritten.
public func depthwiseForward(
  _ input: UnsafePointer<Float>, _ filters: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
  into output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, images: Int,
  shape: DepthwiseShape
) {
  for image in 0..<images {
    pad(
      input + image * shape.inputFloats, into: scratch, height: shape.height, width: shape.width,
      channels: shape.channels, padding: shape.kernel / 2)
    depthwisePadded(
      scratch, filters, bias: bias, into: output + image * shape.outputFloats,
      kernel: shape.kernel, stride: shape.stride, paddedWidth: shape.paddedWidth,
      height: shape.outputHeight, width: shape.outputWidth, channels: shape.channels)
  }
}

/// The gradient with respect to the input.
///
/// - Parameters:
///   - gradient: With respect to the output, `[images, H', W', C]`.
///   - filters: `[k, k, C]`.
///   - output: `[images, H, W, C]`; overwritten.
public func depthwiseBackwardInput(
  _ gradient: UnsafePointer<Float>, _ filters: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, images: Int,
  shape: DepthwiseShape
) {
  let (kernel, channels, stride) = (shape.kernel, shape.channels, shape.stride)
  let taps = kernel * kernel
  let flipped = scratch
  for tap in 0..<taps {
    (flipped + (taps - 1 - tap) * channels).update(from: filters + tap * channels, count: channels)
  }
  let padded = scratch + (taps * channels + 15) / 16 * 16
  let extraRows = shape.height - 1 - (shape.outputHeight - 1) * stride
  for image in 0..<images {
    pad(
      gradient + image * shape.outputFloats, into: padded, height: shape.outputHeight,
      width: shape.outputWidth, channels: channels, padding: kernel / 2, stride: stride,
      extraRows: extraRows, extraColumns: shape.width - 1 - (shape.outputWidth - 1) * stride)
    depthwisePadded(
      padded, flipped, bias: nil, into: output + image * shape.inputFloats, kernel: kernel,
      stride: 1, paddedWidth: shape.paddedWidth, height: shape.height, width: shape.width,
      channels: channels)
  }
}

/// Convolves one padded image; `height` and `width` are the output's.
private func depthwisePadded(
  _ padded: UnsafePointer<Float>, _ filters: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
  into output: UnsafeMutablePointer<Float>, kernel: Int, stride: Int, paddedWidth: Int,
  height: Int, width: Int, channels: Int
) {
  let lineFloats = paddedWidth * channels
  let step = stride * channels

  @inline(__always)
  func pixels<let R: Int>(_: InlineArray<R, Bool>.Type, _ y: Int, _ x: Int, _ channel: Int) {
    let start = bias.map { $0.vector(channel) } ?? .zero
    var sums = InlineArray<R, Vector>(repeating: start)
    let corner = padded + y &* stride &* lineFloats + x &* step + channel
    var filter = filters + channel
    for ky in 0..<kernel {
      var pixel = corner + ky &* lineFloats
      for _ in 0..<kernel {
        let weight = filter.vector(0)
        unrolled(InlineArray<R, Bool>.self) { r in
          sums[unchecked: r].addProduct(pixel.vector(r &* step), weight)
        }
        filter += channels
        pixel += channels
      }
    }
    let target = output + (y &* width &+ x) &* channels + channel
    unrolled(InlineArray<R, Bool>.self) { r in
      target.store(sums[unchecked: r], r &* channels, limit: channels &- channel)
    }
  }

  for y in 0..<height {
    var channel = 0
    while channel < channels {
      var x = 0
      while x &+ 7 <= width {
        pixels(InlineArray<7, Bool>.self, y, x, channel)
        x &+= 7
      }
      while x &+ 4 <= width {
        pixels(InlineArray<4, Bool>.self, y, x, channel)
        x &+= 4
      }
      while x &+ 2 <= width {
        pixels(InlineArray<2, Bool>.self, y, x, channel)
        x &+= 2
      }
      if x < width { pixels(InlineArray<1, Bool>.self, y, x, channel) }
      channel &+= vectorWidth
    }
  }
}

/// Adds the gradient with respect to the filters.
///
/// - Parameters:
///   - input: `[images, H, W, C]`.
///   - gradient: With respect to the output, `[images, H', W', C]`.
///   - output: `[k, k, C]`; accumulated into.
public func depthwiseBackwardFilters(
  _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
  addingTo output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, images: Int,
  shape: DepthwiseShape
) {
  for image in 0..<images {
    pad(
      input + image * shape.inputFloats, into: scratch, height: shape.height, width: shape.width,
      channels: shape.channels, padding: shape.kernel / 2)
    addFilterGradient(
      scratch, gradient + image * shape.outputFloats, to: output, shape: shape)
  }
}

/// Adds one image's filter gradient, several taps at a time so that their sums do not wait for each other.
private func addFilterGradient(
  _ padded: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
  to output: UnsafeMutablePointer<Float>, shape: DepthwiseShape
) {
  let (channels, kernel, stride) = (shape.channels, shape.kernel, shape.stride)
  let lineFloats = shape.paddedWidth * channels

  /// Taps `first` … `first` + R − 1 in rows of `row` taps.
  @inline(__always)
  func taps<let R: Int>(
    _: InlineArray<R, Bool>.Type, row: Int, first: Int, offset: Int, channel: Int
  ) {
    var sums = InlineArray<R, Vector>(repeating: .zero)
    for y in 0..<shape.outputHeight {
      var pixel = padded + y &* stride &* lineFloats + offset + channel
      var right = gradient + y &* shape.outputWidth &* channels + channel
      for _ in 0..<shape.outputWidth {
        let g = right.vector(0)
        unrolled(InlineArray<R, Bool>.self) { r in
          let place = (r / row) &* lineFloats &+ (r % row) &* channels
          sums[unchecked: r].addProduct(pixel.vector(place), g)
        }
        pixel += stride &* channels
        right += channels
      }
    }
    unrolled(InlineArray<R, Bool>.self) { r in
      let target = output + (first &+ r) &* channels + channel
      target.store(target.vector(0) + sums[unchecked: r], 0, limit: channels &- channel)
    }
  }

  var channel = 0
  while channel < channels {
    switch kernel {
    case 3:
      taps(InlineArray<9, Bool>.self, row: 3, first: 0, offset: 0, channel: channel)
    case 5:
      for ky in 0..<5 {
        taps(
          InlineArray<5, Bool>.self, row: 5, first: 5 * ky, offset: ky * lineFloats,
          channel: channel)
      }
    case 7:
      for ky in 0..<7 {
        taps(
          InlineArray<7, Bool>.self, row: 7, first: 7 * ky, offset: ky * lineFloats,
          channel: channel)
      }
    default:
      for tap in 0..<kernel * kernel {
        taps(
          InlineArray<1, Bool>.self, row: 1, first: tap,
          offset: tap / kernel * lineFloats + tap % kernel * channels, channel: channel)
      }
    }
    channel += vectorWidth
  }
}
