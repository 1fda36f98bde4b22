import TensorKernels

// Convolutions with one filter a channel.

extension Lowering {
  /// One filter a channel.
  mutating func lowerChannelwise(
    _ source: View, _ weights: Constant, _ tail: ProductTail, _ window: WindowShape,
    into result: View
  ) {
    let (images, channels) = (result.shape[0], result.shape[1])
    let taps = window.taps
    let filters = store("filters", of: weights, count: taps * channels) { values, memory in
      for channel in 0..<channels {
        for tap in 0..<taps { memory[tap * channels + channel] = values[channel * taps + tap] }
      }
    }
    let k = window.kernelHeight
    let isUsual =
      k == window.kernelWidth && [3, 5, 7].contains(k) && window.strideY == window.strideX
      && window.strideY <= 2 && window.top == k / 2 && window.left == k / 2
      && window.dilationY == 1 && window.dilationX == 1
      && window.outputHeight == (window.height - 1) / window.strideY + 1
      && window.outputWidth == (window.width - 1) / window.strideX + 1
    let usual = isUsual ? arranged(source, Strides.channelsLast(source.shape)) : source
    let strides = imageStrides(usual)
    let depthwise =
      isUsual
      ? DepthwiseShape(
        height: window.height, width: window.width, channels: channels, kernel: k,
        stride: window.strideY) : nil
    let padded = window.paddedHeight * window.paddedWidth * channels
    let inputStep = usual.strides[0]
    let positions = window.outputPositions
    let views = [usual, result] + [tail.addend].compactMap { $0 }
    addStep(
      "convolution by channel", using: views, scratch: depthwise?.scratchFloats ?? padded
    ) { memory in
      let (from, to) = (memory.pointer(usual), memory.mutable(result))
      let weights = UnsafePointer(memory.constants[filters].base)
      let bias = UnsafePointer(memory.constants[tail.bias!].base)
      let finish = ProductFinish(
        addend: tail.addend.map(memory.pointer), addendStride: channels, operation: tail.then)
      return {
        for image in 0..<images {
          let output = to + image * positions * channels
          if let depthwise {
            depthwiseForward(
              from + image * inputStep, weights, bias: bias, into: output,
              scratch: memory.scratch, images: 1, shape: depthwise)
          } else {
            padImage(
              from + image * inputStep, strides, channels: channels, shape: window,
              into: memory.scratch)
            convolveChannels(
              memory.scratch, filters: weights, bias: bias, into: output, channels: channels,
              shape: window)
          }
          finish.run(
            to, stride: channels, first: image * positions, rows: positions, columns: channels)
        }
      }
    }
  }
}
