import DeployedModels

/// The mean of the pixels inside a window.
struct AveragePoolKernel: OperatorKernel {
  let input: Int
  let output: Int
  let places: WindowPlaces
  let channels: Int
  /// 1 / pixels of each window of one image.
  let shares: [Float]

  init(_ step: DeployedOperator, _ window: Window, in model: DeployedModel) {
    (input, output) = (step.inputs[0], step.output)
    let image = model.tensors[step.inputs[0]]
    places = WindowPlaces(window, height: image.shape[1], width: image.shape[2])
    channels = image.channels
    shares = places.counts.map { 1 / Float($0) }
  }

  func forward(_ slice: ExecutionSlice, images: Int) {
    let (source, target, channels) = (slice.values[input], slice.raw[output], channels)
    target.update(repeating: 0, count: images * places.positions * channels)
    places.forEach(images: images) { position, _, pixel in
      let (sum, values) = (target + position * channels, source + pixel * channels)
      for channel in 0..<channels { sum[channel] += values[channel] }
    }
    for position in 0..<images * places.positions {
      let (sum, share) = (target + position * channels, shares[position % places.positions])
      for channel in 0..<channels { sum[channel] *= share }
    }
  }

  func backward(_ slice: ExecutionSlice, images: Int) {
    guard let inputGradient = slice.gradients[input] else { return }
    let (gradient, channels) = (slice.gradients[output]!, channels)
    places.forEach(images: images) { position, _, pixel in
      let (target, own) = (inputGradient + pixel * channels, gradient + position * channels)
      let share = shares[position % places.positions]
      for channel in 0..<channels { target[channel] += share * own[channel] }
    }
  }
}

/// The largest of the pixels inside a window; of equal ones the first has the gradient.
struct MaxPoolKernel: OperatorKernel {
  let input: Int
  let output: Int
  let places: WindowPlaces
  let channels: Int

  init(_ step: DeployedOperator, _ window: Window, in model: DeployedModel) {
    (input, output) = (step.inputs[0], step.output)
    let image = model.tensors[step.inputs[0]]
    places = WindowPlaces(window, height: image.shape[1], width: image.shape[2])
    channels = image.channels
  }

  func forward(_ slice: ExecutionSlice, images: Int) {
    let (source, target, channels) = (slice.values[input], slice.raw[output], channels)
    target.update(repeating: -.infinity, count: images * places.positions * channels)
    places.forEach(images: images) { position, _, pixel in
      let (largest, values) = (target + position * channels, source + pixel * channels)
      for channel in 0..<channels { largest[channel] = max(largest[channel], values[channel]) }
    }
  }

  func backward(_ slice: ExecutionSlice, images: Int) {
    guard let inputGradient = slice.gradients[input] else { return }
    let (gradient, channels) = (slice.gradients[output]!, channels)
    let (source, largest) = (slice.values[input], slice.raw[output])
    var (window, given) = (-1, [Bool](repeating: false, count: channels))
    places.forEach(images: images) { position, _, pixel in
      if position != window {
        window = position
        for channel in 0..<channels { given[channel] = false }
      }
      for channel in 0..<channels where !given[channel] {
        guard source[pixel * channels + channel] == largest[position * channels + channel] else {
          continue
        }
        given[channel] = true
        inputGradient[pixel * channels + channel] += gradient[position * channels + channel]
      }
    }
  }
}
