import TensorKernels

// Convolutions with a window of 3×3 pixels by minimal filtering, where that is faster than plain sums of products.

/// Floats of the output that are computed before the steps behind the convolution read them: half of a second-level
/// cache.
private let finishedFloats = 1 << 16

extension Convolution {
  /// How minimal filtering runs the convolution; nil where it does not.
  ///
  /// The rule looks at the shape alone, so an image's numbers do not depend on the batch.
  func minimalFiltering(channels: Int, outputs: Int) -> WinogradShape? {
    guard groups == 1, window.kernelHeight == 3, window.kernelWidth == 3,
      window.strideY == 1, window.strideX == 1, window.dilationY == 1, window.dilationX == 1,
      window.top == 1, window.left == 1,
      window.outputHeight == window.height, window.outputWidth == window.width
    else { return nil }
    return ConvolutionShape(
      height: window.height, width: window.width, inputChannels: channels, outputChannels: outputs,
      window: WindowSize(side: 3), stride: 1
    ).winograd
  }
}

extension Lowering {
  mutating func lowerMinimalFiltering(
    _ source: View, _ weights: Constant, _ tail: ProductTail, _ shape: WinogradShape,
    into result: View
  ) {
    let source = arranged(source, Strides.channelsLast(source.shape))
    let sizes = shape.convolution
    let images = result.shape[0]
    let most = max(1, min(images, finishedFloats / sizes.outputFloats))
    let limited = shape.limited(toImages: most)
    let transformed = minimalFilteringWeights(weights, shape)
    let views = [source, result] + [tail.addend].compactMap { $0 }
    addStep("convolution", using: views, scratch: limited.forwardScratchFloats) { memory in
      let (from, to) = (memory.pointer(source), memory.mutable(result))
      let right = UnsafePointer(memory.constants[transformed].base)
      let bias = tail.bias.map { UnsafePointer(memory.constants[$0].base) }
      let finish = ProductFinish(
        addend: tail.addend.map(memory.pointer), addendStride: sizes.outputChannels,
        operation: tail.then)
      let scratch = memory.scratch
      return {
        for first in stride(from: 0, to: images, by: most) {
          let count = min(most, images - first)
          winogradForward(
            from + first * sizes.inputFloats, transformed: right, bias: bias,
            into: to + first * sizes.outputFloats, scratch: scratch, images: count, shape: limited)
          finish.run(
            to, stride: sizes.outputChannels, first: first * sizes.outputPositions,
            rows: count * sizes.outputPositions, columns: sizes.outputChannels)
        }
      }
    }
  }

  /// Transforms weights `[out, in, 3, 3]`.
  private mutating func minimalFilteringWeights(_ weights: Constant, _ shape: WinogradShape) -> Int
  {
    let (outputs, inputs) = (weights.shape[0], weights.shape[1])
    return store(
      "minimal filtering \(shape.tile)", of: weights, count: shape.weightFloats
    ) { values, memory in
      // [3, 3, in, out]; vectors are read past the last channel.
      let plain = FloatArena(count: values.count)
      for output in 0..<outputs {
        for input in 0..<inputs {
          for tap in 0..<9 {
            plain.base[(tap * inputs + input) * outputs + output] =
              values[(output * inputs + input) * 9 + tap]
          }
        }
      }
      transformWinogradWeights(plain.base, into: memory, shape: shape)
    }
  }
}
