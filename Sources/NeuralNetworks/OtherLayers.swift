import TensorKernels

/// Squeeze-and-excitation. Its scratch keeps, from forward to backward, means, hidden values and gates.
struct SqueezeExcitationLayer: TrainingLayer, @unchecked Sendable {
  let input: TensorShape
  let hidden: Int
  let buffers: LayerBuffers
  let squeezeWeight: TrainedTensor
  let squeezeBias: TrainedTensor
  let exciteWeight: TrainedTensor
  let exciteBias: TrainedTensor
  /// Per slice: mean `[n, C]`, hidden `[n, h]`, gate `[n, C]`, and a gradient for each.
  let state: SliceBuffer
  let rearranged: UnsafeMutablePointer<Float>

  static func stateFloats(images: Int, channels: Int, hidden: Int) -> Int {
    2 * images * (2 * channels + hidden) + 6 * 32
  }

  static func rearrangedFloats(channels: Int, hidden: Int) -> Int {
    2 * (channels * hidden + 32)
  }

  /// The parts of a slice's state, each with room for reading past its end.
  private func parts(_ slice: Int) -> (
    mean: UnsafeMutablePointer<Float>, hidden: UnsafeMutablePointer<Float>,
    gate: UnsafeMutablePointer<Float>, meanGradient: UnsafeMutablePointer<Float>,
    hiddenGradient: UnsafeMutablePointer<Float>, gateGradient: UnsafeMutablePointer<Float>
  ) {
    let images = buffers.images[slice]
    let (wide, narrow) = (images * input.channels + 32, images * hidden + 32)
    let base = state(slice)
    return (
      base, base + wide, base + wide + narrow, base + 2 * wide + narrow,
      base + 3 * wide + narrow, base + 3 * wide + 2 * narrow
    )
  }

  func rearrange() {
    transpose(
      squeezeWeight.value, into: rearranged, rows: input.channels, columns: hidden)
    transpose(
      exciteWeight.value, into: rearranged + input.channels * hidden + 32,
      rows: hidden, columns: input.channels)
  }

  func forward(slice: Int, step: Int) {
    let images = buffers.images[slice]
    let part = parts(slice)
    globalAveragePool(
      buffers.input(slice), into: part.mean, images: images, positions: input.positionCount,
      channels: input.channels)
    matrixProduct(
      part.mean, squeezeWeight.value, bias: squeezeBias.value,
      into: part.hidden, m: images, n: hidden, k: input.channels)
    for i in 0..<images * hidden { part.hidden[i] = max(part.hidden[i], 0) }
    matrixProduct(
      part.hidden, exciteWeight.value, bias: exciteBias.value,
      into: part.gate, m: images, n: input.channels, k: hidden)
    hardSigmoid(part.gate, count: images * input.channels)
    scaleChannels(
      buffers.input(slice), gate: part.gate, into: buffers.output(slice), images: images,
      positions: input.positionCount, channels: input.channels)
  }

  func backward(slice: Int, step: Int) {
    let images = buffers.images[slice]
    let channels = input.channels
    let part = parts(slice)
    gateGradient(
      buffers.input(slice), buffers.outputGradient(slice), into: part.gateGradient, images: images,
      positions: input.positionCount, channels: channels)
    hardSigmoidBackward(part.gate, gradient: part.gateGradient, count: images * channels)
    transposedProduct(
      part.hidden, part.gateGradient, addingTo: exciteWeight.gradient(slice),
      positions: images, m: hidden, n: channels)
    addColumnSums(
      part.gateGradient, to: exciteBias.gradient(slice), rows: images,
      columns: channels)
    matrixProduct(
      part.gateGradient, rearranged + channels * hidden + 32, into: part.hiddenGradient,
      m: images, n: hidden, k: channels)
    for i in 0..<images * hidden where part.hidden[i] <= 0 { part.hiddenGradient[i] = 0 }
    transposedProduct(
      part.mean, part.hiddenGradient, addingTo: squeezeWeight.gradient(slice),
      positions: images, m: channels, n: hidden)
    addColumnSums(
      part.hiddenGradient, to: squeezeBias.gradient(slice), rows: images,
      columns: hidden)
    guard buffers.delivery != .none else { return }
    matrixProduct(
      part.hiddenGradient, rearranged, into: part.meanGradient, m: images, n: channels, k: hidden)
    let share = 1 / Float(input.positionCount)
    for i in 0..<images * channels { part.meanGradient[i] *= share }
    buffers.deliver(slice: slice, elements: input.elementCount) { output in
      gateBackwardInput(
        buffers.outputGradient(slice), gate: part.gate, offset: part.meanGradient, into: output,
        images: images, positions: input.positionCount, channels: channels)
    }
  }
}

/// A fully connected layer with bias.
struct DenseLayer: TrainingLayer, @unchecked Sendable {
  let inputs: Int
  let outputs: Int
  let buffers: LayerBuffers
  let weight: TrainedTensor
  let bias: TrainedTensor
  let rearranged: UnsafeMutablePointer<Float>

  func rearrange() {
    transpose(weight.value, into: rearranged, rows: inputs, columns: outputs)
  }

  func forward(slice: Int, step: Int) {
    matrixProduct(
      buffers.input(slice), weight.value, bias: bias.value,
      into: buffers.output(slice), m: buffers.images[slice], n: outputs, k: inputs)
  }

  func backward(slice: Int, step: Int) {
    let images = buffers.images[slice]
    let gradient = buffers.outputGradient(slice)
    transposedProduct(
      buffers.input(slice), gradient,
      addingTo: weight.gradient(slice), positions: images, m: inputs,
      n: outputs)
    addColumnSums(
      gradient, to: bias.gradient(slice), rows: images,
      columns: outputs)
    guard buffers.delivery != .none else { return }
    matrixProduct(
      gradient, rearranged, accumulate: buffers.delivery == .accumulate,
      into: buffers.inputGradient(slice), m: images, n: inputs, k: outputs)
  }
}

/// Average or max pooling.
struct PoolingLayer: TrainingLayer {
  let kind: PoolingKind
  let shape: PoolingShape
  let buffers: LayerBuffers

  func forward(slice: Int, step: Int) {
    let images = buffers.images[slice]
    switch kind {
    case .average:
      averagePoolForward(
        buffers.input(slice), into: buffers.output(slice), images: images, shape: shape)
    case .max:
      maxPoolForward(
        buffers.input(slice), into: buffers.output(slice), images: images, shape: shape)
    }
  }

  func backward(slice: Int, step: Int) {
    let images = buffers.images[slice]
    let elements = shape.height * shape.width * shape.channels
    buffers.deliver(slice: slice, elements: elements) { output in
      switch kind {
      case .average:
        averagePoolBackward(
          buffers.outputGradient(slice), into: output, images: images, shape: shape)
      case .max:
        maxPoolBackward(
          buffers.input(slice), buffers.outputGradient(slice), into: output, images: images,
          shape: shape)
      }
    }
  }
}

/// The mean over all positions.
struct GlobalPoolingLayer: TrainingLayer {
  let input: TensorShape
  let buffers: LayerBuffers

  func forward(slice: Int, step: Int) {
    globalAveragePool(
      buffers.input(slice), into: buffers.output(slice), images: buffers.images[slice],
      positions: input.positionCount, channels: input.channels)
  }

  func backward(slice: Int, step: Int) {
    buffers.deliver(slice: slice, elements: input.elementCount) { output in
      globalAveragePoolBackward(
        buffers.outputGradient(slice), into: output, images: buffers.images[slice],
        positions: input.positionCount, channels: input.channels)
    }
  }
}

/// Dropout; its mask is drawn again in the backward pass.
struct DropoutLayer: TrainingLayer {
  let rate: Double
  let seed: UInt64
  let node: Int
  let elements: Int
  let buffers: LayerBuffers

  private func stream(slice: Int, step: Int) -> RandomStream {
    RandomStream(seed: seed, purpose: "dropout", node, step, slice)
  }

  func forward(slice: Int, step: Int) {
    dropout(
      buffers.input(slice), rate: rate, stream: stream(slice: slice, step: step),
      into: buffers.output(slice), count: buffers.images[slice] * elements)
  }

  func backward(slice: Int, step: Int) {
    buffers.deliver(slice: slice, elements: elements) { output in
      dropout(
        buffers.outputGradient(slice), rate: rate, stream: stream(slice: slice, step: step),
        into: output, count: buffers.images[slice] * elements)
    }
  }
}

/// A norm, add or activation that no other layer could take in: its head copies nothing.
struct PassThroughLayer: TrainingLayer {
  let elements: Int
  let buffers: LayerBuffers

  func forward(slice: Int, step: Int) {}

  func backward(slice: Int, step: Int) {
    let count = buffers.images[slice] * elements
    switch buffers.delivery {
    case .none: break
    case .overwrite:
      buffers.inputGradient(slice).update(from: buffers.outputGradient(slice), count: count)
    case .accumulate:
      add(buffers.outputGradient(slice), to: buffers.inputGradient(slice), count: count)
    }
  }
}
