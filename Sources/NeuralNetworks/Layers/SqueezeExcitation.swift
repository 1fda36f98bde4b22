import TensorKernels

/// Squeeze-and-excitation: channels scaled by a gate of their means.
struct SqueezeExcitationFamily: UnfoldedFamily {
  let hidden: Int

  var name: String { "squeeze_excitation" }
  var inputCount: Int { 1 }
  var fusionRole: FusionRole { .alone }
  var addsDepth: Bool { false }

  func outputShape(for input: TensorShape) throws(NetworkError) -> TensorShape {
    try check(hidden > 0, "the hidden width must be positive, got \(hidden)")
    return input
  }

  func tensors(_ place: LayerPlace) -> [LayerTensor] {
    let channels = place.output.channels
    return [
      LayerTensor(role: .squeezeWeight, shape: [channels, hidden], kind: .weight),
      LayerTensor(role: .exciteWeight, shape: [hidden, channels], kind: .weight),
      LayerTensor(role: .squeezeBias, shape: [hidden], kind: .addend),
      LayerTensor(role: .exciteBias, shape: [channels], kind: .addend),
    ]
  }
}

extension SqueezeExcitationFamily {
  var accumulatesInputGradient: Bool { false }

  func trainingMemory(_ place: LayerPlace, images: [Int]) -> LayerMemory {
    var cursor = MemoryCursor()
    _ = gateMemory(place, images: images, cursor: &cursor)
    return LayerMemory(state: cursor.floats)
  }

  func trainingLayer(_ site: TrainingSite) -> any TrainingLayer {
    var cursor = MemoryCursor(site.state)
    return SqueezeExcitationLayer(
      input: site.place.input, buffers: site.buffers,
      gate: ExcitationGate(
        channels: site.place.input.channels, hidden: hidden,
        tensors: ExcitationGate.Tensors(site.tensor),
        memory: gateMemory(site.place, images: site.buffers.images, cursor: &cursor)))
  }

  private func gateMemory(
    _ place: LayerPlace, images: [Int], cursor: inout MemoryCursor
  ) -> ExcitationGate.Memory {
    ExcitationGate.Memory(
      channels: place.input.channels, hidden: hidden, images: images, cursor: &cursor)
  }
}

extension SqueezeExcitationFamily {
  func inferenceKernel(_ place: GroupPlace) -> InferenceKernel? {
    let weights = 2 * hidden * place.output.channels
    return place.kernel(
      .squeezeExcitation, macs: weights, weights: weights + hidden + place.output.channels)
  }

  func inferenceScratch(_ place: GroupPlace, capacity: Int) -> Int {
    var cursor = MemoryCursor()
    _ = InferenceScratch(
      images: capacity, channels: place.input.channels, hidden: hidden, cursor: &cursor)
    return cursor.floats
  }

  func inferenceStep(_ site: InferenceSite) -> InferenceStep {
    let (weights, shape) = (site.weights, site.place.input)
    let (squeeze, squeezeBias) = (weights[.squeezeWeight], weights[.squeezeBias])
    let (excite, exciteBias) = (weights[.exciteWeight], weights[.exciteBias])
    return { [hidden] images in
      var cursor = MemoryCursor(site.scratch)
      let parts = InferenceScratch(
        images: images, channels: shape.channels, hidden: hidden, cursor: &cursor)
      globalAveragePool(
        site.input, into: parts.mean, images: images, positions: shape.positionCount,
        channels: shape.channels)
      matrixProduct(
        parts.mean, squeeze, bias: squeezeBias, into: parts.hidden, m: images, n: hidden,
        k: shape.channels)
      for i in 0..<images * hidden { parts.hidden[i] = max(parts.hidden[i], 0) }
      matrixProduct(
        parts.hidden, excite, bias: exciteBias, into: parts.gate, m: images, n: shape.channels,
        k: hidden)
      hardSigmoid(parts.gate, count: images * shape.channels)
      scaleChannels(
        site.input, gate: parts.gate, into: site.output, images: images,
        positions: shape.positionCount, channels: shape.channels)
    }
  }

  /// The means, hidden values and gates of a run, a row for every image.
  private struct InferenceScratch {
    let mean: UnsafeMutablePointer<Float>
    let hidden: UnsafeMutablePointer<Float>
    let gate: UnsafeMutablePointer<Float>

    init(images: Int, channels: Int, hidden: Int, cursor: inout MemoryCursor) {
      mean = cursor.take(images * channels)
      self.hidden = cursor.take(images * hidden)
      gate = cursor.take(images * channels)
    }
  }
}

/// Squeeze-and-excitation on a tensor of its own, where no bottleneck could take it in.
struct SqueezeExcitationLayer: OnePassLayer {
  let input: TensorShape
  let buffers: LayerBuffers
  let gate: ExcitationGate

  var kind: KernelKind { .squeezeExcitation }

  func rearrange() { gate.rearrange() }

  func forward(_ turn: TrainingTurn) {
    let slice = turn.slice
    let images = buffers.images[slice]
    globalAveragePool(
      buffers.input(slice), into: gate.mean(slice), images: images,
      positions: input.positionCount, channels: input.channels)
    gate.forward(slice: slice, images: 0..<images)
    scaleChannels(
      buffers.input(slice), gate: gate.gate(slice), into: buffers.output(slice), images: images,
      positions: input.positionCount, channels: input.channels)
  }

  func backward(_ turn: TrainingTurn) {
    let slice = turn.slice
    let images = buffers.images[slice]
    gateGradient(
      buffers.input(slice), buffers.outputGradient(slice), into: gate.gateGradient(slice),
      images: images, positions: input.positionCount, channels: input.channels)
    gate.backward(slice: slice, images: 0..<images, positions: input.positionCount)
    gate.addWeightGradients(slice: slice, images: images)
    buffers.deliver(slice: slice, elements: input.elementCount) { output in
      gateBackwardInput(
        buffers.outputGradient(slice), gate: gate.gate(slice), offset: gate.meanGradient(slice),
        into: output, images: images, positions: input.positionCount, channels: input.channels)
    }
  }
}
