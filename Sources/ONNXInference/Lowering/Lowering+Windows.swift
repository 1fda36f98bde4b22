import TensorKernels

// Convolutions and pooling.

/// Floats that windows are gathered into at a time: half of a second-level cache.
private let gatheredFloats = 1 << 17

extension Lowering {
  /// Where the values of one image of a view lie.
  private func imageStrides(_ view: View) -> ImageStrides {
    ImageStrides(
      line: view.shape[2] > 1 ? view.strides[2] : 0, pixel: view.shape[3] > 1 ? view.strides[3] : 0,
      channel: view.shape[1] > 1 ? view.strides[1] : 1)
  }

  mutating func lowerPooling(
    _ input: Int, _ kind: WindowPooling, window: WindowShape, bottom: Int, right: Int,
    shape: [Int]
  ) -> View {
    var source = view(of: input)
    if source.shape[1] > 1 && source.strides[1] != 1 {
      source = arranged(source, Strides.channelsLast(source.shape))
    }
    let result = allocate(shape, strides: Strides.channelsLast(shape))
    let strides = imageStrides(source)
    let (images, channels) = (shape[0], shape[1])
    let (step, outputStep) = (source.strides[0], shape.dropFirst().reduce(1, *))
    addStep("pool", using: [source, result]) { memory in
      let (from, to) = (memory.pointer(source), memory.mutable(result))
      return {
        for image in 0..<images {
          poolWindows(
            kind, from + image * step, strides, channels: channels, shape: window, bottom: bottom,
            right: right, into: to + image * outputStep)
        }
      }
    }
    return result
  }

  mutating func lowerConvolution(
    _ inputs: [Int], _ convolution: Convolution, shape: [Int]
  ) -> View {
    guard let weights = constant(inputs[1]) else {
      preconditionFailure("the weights of a convolution are constants")
    }
    let source = view(of: inputs[0])
    let result = allocate(shape, strides: Strides.channelsLast(shape))
    var tail = ProductTail(then: convolution.then)
    let bias = convolution.hasBias ? constant(inputs[2]) : nil
    if convolution.hasAddend {
      let given = view(of: inputs[convolution.hasBias ? 3 : 2])
      tail.addend = arranged(given.broadcast(to: shape), Strides.channelsLast(shape))
    }
    if let bias { tail.bias = vector(bias) }
    let (channels, outputs) = (source.shape[1], shape[1])
    if convolution.groups == channels && outputs == channels && channels > 1 {
      let ownBias =
        bias ?? Constant(shape: [channels], floats: .init(repeating: 0, count: channels))
      tail.bias = vector(ownBias)
      lowerChannelwise(source, weights, tail, convolution.window, into: result)
    } else if convolution.groups == 1 && convolution.window.isPointwise {
      lowerPointwiseConvolution(source, weights, tail, into: result)
    } else {
      lowerWindows(source, weights, tail, convolution, into: result)
    }
    return result
  }

  /// A convolution of single pixels is a product of matrices.
  private mutating func lowerPointwiseConvolution(
    _ source: View, _ weights: Constant, _ tail: ProductTail, into result: View
  ) {
    let (k, n) = (source.shape[1], result.shape[1])
    let rows = source.count / k
    let pixels = source.transposed([0, 2, 3, 1])
    var matrix = pixels.reshaped(to: [rows, k])
    if let view = matrix, k > 1, view.strides[1] != 1 { matrix = nil }
    let left = matrix ?? rowMajor(pixels).reshaped(to: [rows, k])!
    let panels = convolutionPanels(weights, groups: 1, merged: 1)
    let stride = rows > 1 ? left.strides[0] : k
    let views = [left, result] + [tail.addend].compactMap { $0 }
    addStep("convolution 1x1", using: views, scratch: panelScratchFloats) { memory in
      let (from, to) = (memory.pointer(left), memory.mutable(result))
      let right = UnsafePointer(memory.constants[panels].base)
      let bias = tail.bias.map { UnsafePointer(memory.constants[$0].base) }
      let finish = ProductFinish(
        addend: tail.addend.map(memory.pointer), addendStride: n, operation: tail.then)
      return {
        panelProduct(
          from, leftStride: stride, panels: right, bias: bias, finish: finish, into: to,
          outputStride: n, m: rows, n: n, k: k, scratch: memory.scratch)
      }
    }
  }

  /// Puts `[out, in / groups, kh, kw]` into panels `[kh, kw, in of a pass, out of a pass]`, pass after pass.
  ///
  /// - Parameter merged: Groups of one pass; what joins two of them is 0.
  private mutating func convolutionPanels(
    _ weights: Constant, groups: Int, merged: Int
  ) -> Int {
    let s = weights.shape
    let (inputs, taps) = (s[1], s[2] * s[3])
    let outputs = s[0] / groups
    let (k, n) = (taps * inputs * merged, outputs * merged)
    let floats = panelFloats(k: k, n: n)
    let passes = groups / merged
    return store("convolution \(groups)/\(merged)", of: weights, count: floats * passes) {
      values, memory in
      var matrix = [Float](repeating: 0, count: k * n)
      for pass in 0..<passes {
        for part in 0..<merged {
          for output in 0..<outputs {
            let row = ((pass * merged + part) * outputs + output) * inputs * taps
            for input in 0..<inputs {
              for tap in 0..<taps {
                matrix[
                  (tap * inputs * merged + part * inputs + input) * n + part * outputs + output] =
                  values[row + input * taps + tap]
              }
            }
          }
        }
        matrix.withUnsafeBufferPointer {
          packPanels(
            $0.baseAddress!, rowStride: n, columnStride: 1, k: k, n: n,
            into: memory + pass * floats)
        }
      }
    }
  }

  /// Any other convolution that is not one filter a channel.
  private mutating func lowerWindows(
    _ source: View, _ weights: Constant, _ tail: ProductTail, _ convolution: Convolution,
    into result: View
  ) {
    let window = convolution.window
    let (images, outputChannels) = (result.shape[0], result.shape[1])
    // Narrow groups share a tile.
    var merged = 1
    let groupOutputs = outputChannels / convolution.groups
    while convolution.groups % (2 * merged) == 0 && groupOutputs * merged * 2 <= 16 { merged *= 2 }
    let passes = convolution.groups / merged
    let (channels, n) = (source.shape[1] / passes, outputChannels / passes)
    let k = window.taps * channels
    let panels = convolutionPanels(weights, groups: convolution.groups, merged: merged)
    let panelStep = panelFloats(k: k, n: n)
    let strides = imageStrides(source)
    let padded = (window.paddedHeight * window.paddedWidth * channels + 15) / 16 * 16 + readMargin
    let positions = window.outputPositions
    // Few pixels in a line make poor tiles; gathered windows of many images make good ones.
    let gathers = window.taps > 1 && (window.outputWidth < 4 || window.dilationX > 1)
    let rowStride = (k + 15) / 16 * 16 + (k % 512 < 16 ? 16 : 0)
    let isDirect =
      !gathers && window.needsNoPadding && strides.channel == 1
      && (window.kernelWidth == 1 || strides.pixel == channels)
    let most =
      gathers
      ? max(1, min(images, 2 * gatheredFloats / (positions * rowStride)))
      : isDirect ? images : max(1, min(images, gatheredFloats / padded))
    let scratch =
      gathers
      ? padded + most * positions * rowStride + readMargin + panelScratchFloats
      : isDirect ? 0 : most * padded
    let inputStep = source.strides[0]
    let outputStep = positions * outputChannels
    let views = [source, result] + [tail.addend].compactMap { $0 }
    addStep("convolution", using: views, scratch: scratch) { memory in
      let (from, to) = (memory.pointer(source), memory.mutable(result))
      let right = UnsafePointer(memory.constants[panels].base)
      let bias = tail.bias.map { UnsafePointer(memory.constants[$0].base) }
      let finish = ProductFinish(
        addend: tail.addend.map(memory.pointer), addendStride: outputChannels,
        operation: tail.then)
      let room = memory.scratch
      return {
        var first = 0
        while first < images {
          let count = min(most, images - first)
          for pass in 0..<passes {
            let origin = from + pass * channels * strides.channel
            let target = to + first * outputStep + pass * n
            let passBias = bias.map { $0 + pass * n }
            let passPanels = right + pass * panelStep
            if gathers {
              let rows = room + padded
              for image in 0..<count {
                padImage(
                  origin + (first + image) * inputStep, strides, channels: channels, shape: window,
                  into: room)
                gatherWindows(
                  room, channels: channels, shape: window,
                  into: rows + image * positions * rowStride, rowStride: rowStride)
              }
              panelProduct(
                rows, leftStride: rowStride, panels: passPanels, bias: passBias, into: target,
                outputStride: outputChannels, m: count * positions, n: n, k: k,
                scratch: rows + count * positions * rowStride + readMargin)
            } else {
              if !isDirect {
                for image in 0..<count {
                  padImage(
                    origin + (first + image) * inputStep, strides, channels: channels,
                    shape: window, into: room + image * padded)
                }
              }
              convolveWindows(
                count: count,
                image: {
                  isDirect ? origin + (first + $0) * inputStep : UnsafePointer(room + $0 * padded)
                },
                line: isDirect ? strides.line : window.paddedWidth * channels,
                pixel: isDirect ? strides.pixel : channels, channels: channels,
                panels: passPanels, bias: passBias, output: { target + $0 * outputStep },
                outputPixel: outputChannels, n: n, shape: window)
            }
          }
          finish.run(
            to, stride: outputChannels, first: first * positions, rows: count * positions,
            columns: outputChannels)
          first += count
        }
      }
    }
  }

  /// One filter a channel.
  private mutating func lowerChannelwise(
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
