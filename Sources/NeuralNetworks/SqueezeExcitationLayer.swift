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
