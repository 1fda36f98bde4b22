import TensorKernels

// Convolutions and pooling.

extension Lowering {
  /// Where the values of one image of a view lie.
  func imageStrides(_ view: View) -> ImageStrides {
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
    } else if let shape = convolution.minimalFiltering(channels: channels, outputs: outputs) {
      lowerMinimalFiltering(source, weights, tail, shape, into: result)
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
    let panels = convolutionPanels(weights, groups: 1, merged: 1)
    multiplyRows(
      source.transposed([0, 2, 3, 1]), panels: panels, tail, into: result,
      rows: source.count / k, n: n, k: k, title: "convolution 1x1")
  }

  /// Puts `[out, in / groups, kh, kw]` into panels `[kh, kw, in of a pass, out of a pass]`, pass after pass.
  ///
  /// - Parameter merged: Groups of one pass; what joins two of them is 0.
  mutating func convolutionPanels(
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
}
