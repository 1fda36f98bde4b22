import DeployedModels

/// One filter a channel: plain loops over channels, which lie next to each other.
struct DepthwiseKernel: OperatorKernel {
  let input: Int
  let weight: Int
  let bias: Int?
  let output: Int
  let places: WindowPlaces
  let channels: Int

  init(_ step: DeployedOperator, _ window: Window, in model: DeployedModel) {
    (input, weight, output, bias) = (step.inputs[0], step.inputs[1], step.output, step.bias)
    let image = model.tensors[step.inputs[0]]
    places = WindowPlaces(window, height: image.shape[1], width: image.shape[2])
    channels = image.channels
  }

  func forward(_ slice: ExecutionSlice, images: Int) {
    let (source, target) = (slice.values[input], slice.raw[output])
    let (filters, channels) = (slice.values[weight], channels)
    let addends = bias.map { slice.values[$0] }
    for position in 0..<images * places.positions {
      let sum = target + position * channels
      if let addends {
        sum.update(from: addends, count: channels)
      } else {
        sum.update(repeating: 0, count: channels)
      }
    }
    places.forEach(images: images) { position, tap, pixel in
      let (sum, filter) = (target + position * channels, filters + tap * channels)
      let values = source + pixel * channels
      for channel in 0..<channels { sum[channel] += values[channel] * filter[channel] }
    }
  }

  func backward(_ slice: ExecutionSlice, images: Int) {
    let gradient = slice.gradients[output]!
    let (source, inputGradient) = (slice.values[input], slice.gradients[input])
    let (filters, channels) = (slice.values[weight], channels)
    if let bias, let target = slice.weightGradients[bias] {
      for position in 0..<images * places.positions {
        let own = gradient + position * channels
        for channel in 0..<channels { target[channel] += own[channel] }
      }
    }
    let filterGradients = slice.weightGradients[weight]
    places.forEach(images: images) { position, tap, pixel in
      let own = gradient + position * channels
      if let filterGradients {
        let (target, values) = (filterGradients + tap * channels, source + pixel * channels)
        for channel in 0..<channels { target[channel] += values[channel] * own[channel] }
      }
      if let inputGradient {
        let (target, filter) = (inputGradient + pixel * channels, filters + tap * channels)
        for channel in 0..<channels { target[channel] += filter[channel] * own[channel] }
      }
    }
  }
}

/// Which pixels the windows of an image see.
struct WindowPlaces: Hashable, Sendable {
  let window: Window
  let height: Int
  let width: Int
  let extent: WindowExtent

  init(_ window: Window, height: Int, width: Int) {
    (self.window, self.height, self.width) = (window, height, width)
    extent = window.extent(height: height, width: width)
  }

  /// Windows of one image.
  var positions: Int { extent.height * extent.width }

  /// The taps of a window that begins at `start` that are inside of `length` pixels.
  private func inside(_ start: Int, _ taps: Int, _ length: Int) -> Range<Int> {
    let first = max(0, -start)
    return first..<max(first, min(taps, length - start))
  }

  /// Calls `body` for each pixel that a window sees, with the window's number over all images, the tap's
  /// number in the window and the pixel's number over all images.
  @inline(__always)
  func forEach(images: Int, _ body: (_ position: Int, _ tap: Int, _ pixel: Int) -> Void) {
    var position = 0
    for image in 0..<images {
      for y in 0..<extent.height {
        let top = y * window.strideY - extent.top
        let rows = inside(top, window.height, height)
        for x in 0..<extent.width {
          let left = x * window.strideX - extent.left
          let columns = inside(left, window.width, width)
          for ky in rows {
            let row = (image * height + top + ky) * width + left
            for kx in columns { body(position, ky * window.width + kx, row + kx) }
          }
          position += 1
        }
      }
    }
  }

  /// How many pixels of one image each window sees.
  var counts: [Int] {
    var counts = [Int](repeating: 0, count: positions)
    forEach(images: 1) { position, _, _ in counts[position] += 1 }
    return counts
  }
}
