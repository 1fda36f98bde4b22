// Grouped k×k convolution of NHWC images: channels in groups of equal size, each
// group of outputs seeing one group of inputs.
//
// Every group is a dense convolution of a slice of the channels. With kernel 1 the tiles step over the
// other groups' channels. With a larger one the values under a row of the window must be contiguous, so a
// group's channels are copied into a padded image first.

/// The sizes of a grouped convolution.
public struct GroupedConvolutionShape: Hashable, Sendable {
  public let groups: Int
  /// The sizes with all channels.
  let whole: ConvolutionShape
  /// The sizes of one group.
  let group: ConvolutionShape

  public init(
    height: Int, width: Int, inputChannels: Int, outputChannels: Int, kernel: Int, stride: Int,
    padding: Padding = .half, groups: Int
  ) {
    precondition(
      groups > 0 && inputChannels % groups == 0 && outputChannels % groups == 0,
      "\(groups) groups do not divide \(inputChannels) and \(outputChannels) channels")
    self.groups = groups
    whole = ConvolutionShape(
      height: height, width: width, inputChannels: inputChannels, outputChannels: outputChannels,
      window: WindowSize(side: kernel), stride: stride, padding: padding)
    group = ConvolutionShape(
      rows: whole.rows, columns: whole.columns, inputChannels: inputChannels / groups,
      outputChannels: outputChannels / groups)
  }

  public var taps: Int { whole.taps }
  public var outputChannels: Int { whole.outputChannels }
  public var outputPositions: Int { whole.outputHeight * whole.outputWidth }
  /// Weights, `[k, k, Cin / groups, Cout]`.
  public var weightFloats: Int { group.windowFloats * whole.outputChannels }

  /// Floats of scratch that each function of this file needs at most.
  public var scratchFloats: Int {
    let copies = whole.isDense ? 0 : rounded(group.outputFloats) + rounded(group.inputFloats)
    return copies + group.scratchFloats
  }

  /// A copy's floats and a margin for reads past its end.
  fileprivate func rounded(_ floats: Int) -> Int { (floats + 15) / 16 * 16 + readMargin }

  /// Returns where `convolvePadded` finds a group's channels, and the floats from pixel to pixel there.
  ///
  /// - Parameters:
  ///   - image: One image of `channels` channels a group.
  ///   - rows: How the window passes over it; columns alike.
  ///   - scratch: Takes a padded copy unless the kernel is 1.
  fileprivate func padded(
    _ image: UnsafePointer<Float>, index: Int, channels: Int, rows: WindowAxis,
    columns: WindowAxis, scratch: UnsafeMutablePointer<Float>
  ) -> (UnsafePointer<Float>, stride: Int) {
    let slice = image + index * channels
    if taps == 1 { return (slice, groups * channels) }
    padSlice(
      slice, stride: groups * channels, into: scratch, rows: rows, columns: columns,
      channels: channels)
    return (UnsafePointer(scratch), channels)
  }
}

/// output = input ∗ weights (+ bias), group by group.
///
/// - Parameters:
///   - input: `[images, H, W, Cin]`.
///   - weights: `[k, k, Cin / groups, Cout]`.
///   - bias: `[Cout]` or nil.
///   - output: `[images, H', W', Cout]`; overwritten.
public func groupedConvolutionForward(
  _ input: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
  into output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, images: Int,
  shape: GroupedConvolutionShape
) {
  let (whole, group) = (shape.whole, shape.group)
  for image in 0..<images {
    for index in 0..<shape.groups {
      let first = index * group.outputChannels
      let (source, stride) = shape.padded(
        input + image * whole.inputFloats, index: index, channels: group.inputChannels,
        rows: whole.rows, columns: whole.columns, scratch: scratch)
      convolvePadded(
        source, weights + first, bias: bias.map { $0 + first }, accumulate: false,
        into: output + image * whole.outputFloats + first,
        strides: ChannelStrides(
          input: stride, weights: whole.outputChannels, output: whole.outputChannels),
        shape: group)
    }
  }
}

/// Rearranges weights for `groupedConvolutionBackwardInput`.
///
/// - Parameters:
///   - weights: `[k, k, Cin / groups, Cout]`.
///   - output: Group by group what `rearrangeForBackwardInput` makes of a group's weights.
public func rearrangeForGroupedBackwardInput(
  _ weights: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>,
  shape: GroupedConvolutionShape
) {
  let group = shape.group
  let (inputs, outputs) = (group.inputChannels, group.outputChannels)
  // With stride 1 each tap is transposed and the taps change their order, otherwise all is transposed.
  let taps = group.isDense ? group.taps : 1
  let rows = group.isDense ? inputs : group.windowFloats
  for index in 0..<shape.groups {
    for tap in 0..<taps {
      let source = weights + tap * rows * shape.whole.outputChannels + index * outputs
      let target = output + index * group.weightFloats + (taps - 1 - tap) * rows * outputs
      for row in 0..<rows {
        for column in 0..<outputs {
          target[column * rows + row] = source[row * shape.whole.outputChannels + column]
        }
      }
    }
  }
}

/// The gradient with respect to the input.
///
/// - Parameters:
///   - gradient: With respect to the output, `[images, H', W', Cout]`.
///   - rearranged: What `rearrangeForGroupedBackwardInput` gave.
///   - accumulate: Whether to add to `output` instead of overwriting it.
///   - output: `[images, H, W, Cin]`.
public func groupedConvolutionBackwardInput(
  _ gradient: UnsafePointer<Float>, rearranged: UnsafePointer<Float>, accumulate: Bool,
  into output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, images: Int,
  shape: GroupedConvolutionShape
) {
  let (whole, group) = (shape.whole, shape.group)
  let flipped = ConvolutionShape(
    rows: whole.rows.flipped, columns: whole.columns.flipped,
    inputChannels: group.outputChannels, outputChannels: group.inputChannels)
  for image in 0..<images {
    for index in 0..<shape.groups {
      let weights = rearranged + index * group.weightFloats
      let target = output + image * whole.inputFloats + index * group.inputChannels
      let upstream = gradient + image * whole.outputFloats
      if whole.isDense {
        let (source, stride) = shape.padded(
          upstream, index: index, channels: group.outputChannels, rows: flipped.rows,
          columns: flipped.columns, scratch: scratch)
        convolvePadded(
          source, weights, bias: nil, accumulate: accumulate, into: target,
          strides: ChannelStrides(
            input: stride, weights: group.inputChannels, output: whole.inputChannels),
          shape: flipped)
      } else {
        spreadGroupGradient(
          upstream + index * group.outputChannels, weights, accumulate: accumulate, into: target,
          scratch: scratch, shape: shape)
      }
    }
  }
}

/// One image's and one group's input gradient for strides above 1, on copies of the group's channels.
private func spreadGroupGradient(
  _ gradient: UnsafePointer<Float>, _ rearranged: UnsafePointer<Float>, accumulate: Bool,
  into output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>,
  shape: GroupedConvolutionShape
) {
  let (whole, group) = (shape.whole, shape.group)
  let result = scratch + shape.rounded(group.outputFloats)
  copySlice(
    gradient, stride: whole.outputChannels, into: scratch,
    positions: whole.outputHeight * whole.outputWidth, channels: group.outputChannels)
  convolutionBackwardInput(
    scratch, rearranged: rearranged, accumulate: false, into: result,
    scratch: result + shape.rounded(group.inputFloats), images: 1, shape: group)
  for pixel in 0..<whole.height * whole.width {
    let source = result + pixel * group.inputChannels
    let target = output + pixel * whole.inputChannels
    for c in 0..<group.inputChannels {
      target[c] = accumulate ? target[c] + source[c] : source[c]
    }
  }
}

/// Adds the gradient with respect to the weights.
///
/// - Parameters:
///   - input: `[images, H, W, Cin]`.
///   - gradient: With respect to the output, `[images, H', W', Cout]`.
///   - output: `[k, k, Cin / groups, Cout]`; accumulated into.
public func groupedConvolutionBackwardWeights(
  _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
  addingTo output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, images: Int,
  shape: GroupedConvolutionShape
) {
  let (whole, group) = (shape.whole, shape.group)
  for image in 0..<images {
    for index in 0..<shape.groups {
      let first = index * group.outputChannels
      let (source, stride) = shape.padded(
        input + image * whole.inputFloats, index: index, channels: group.inputChannels,
        rows: whole.rows, columns: whole.columns, scratch: scratch)
      addWeightGradient(
        source, gradient + image * whole.outputFloats + first, to: output + first,
        strides: ChannelStrides(
          input: stride, weights: whole.outputChannels, output: whole.outputChannels),
        shape: group)
    }
  }
}
