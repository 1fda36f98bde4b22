import TensorKernels

// Convolutions with a window of several pixels, or in groups.

/// Floats that windows are gathered into at a time: half of a second-level cache.
private let gatheredFloats = 1 << 17

extension Lowering {
  /// Any other convolution that is not one filter a channel.
  mutating func lowerWindows(
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
}
