import TensorKernels

/// Layer normalisation over the channels of each position, with learnt scale and shift.
struct LayerNormFamily: UnfoldedFamily {
  var name: String { "layer_norm" }
  var inputCount: Int { 1 }
  var fusionRole: FusionRole { .alone }
  var addsDepth: Bool { false }

  func outputShape(for input: TensorShape) -> TensorShape { input }

  func tensors(_ place: LayerPlace) -> [LayerTensor] {
    let shape = [place.output.channels]
    return [
      LayerTensor(role: .scale, shape: shape, kind: .factor),
      LayerTensor(role: .shift, shape: shape, kind: .addend),
    ]
  }
}

extension LayerNormFamily {
  var accumulatesInputGradient: Bool { false }

  func trainingMemory(_ place: LayerPlace, images: [Int]) -> LayerMemory { LayerMemory() }

  func trainingLayer(_ site: TrainingSite) -> any TrainingLayer {
    LayerNormLayer(
      input: site.place.input, buffers: site.buffers, gamma: site.tensor(.scale),
      beta: site.tensor(.shift))
  }
}

extension LayerNormFamily {
  func inferenceKernel(_ place: GroupPlace) -> InferenceKernel? {
    place.kernel(.layerNorm, weights: 2 * place.output.channels)
  }

  func inferenceScratch(_ place: GroupPlace, capacity: Int) -> Int { 0 }

  func inferenceStep(_ site: InferenceSite) -> InferenceStep {
    let (gamma, beta, shape) = (site.weights[.scale], site.weights[.shift], site.place.input)
    return { images in
      layerNormForward(
        site.input, gamma: gamma, beta: beta, into: site.output,
        positions: images * shape.positionCount, channels: shape.channels)
    }
  }
}

/// Layer normalisation in training; a slice needs no other.
struct LayerNormLayer: OnePassLayer {
  let input: TensorShape
  let buffers: LayerBuffers
  let gamma: TrainedTensor
  let beta: TrainedTensor

  var kind: KernelKind { .norm }

  func forward(_ turn: TrainingTurn) {
    let slice = turn.slice
    layerNormForward(
      buffers.input(slice), gamma: gamma.value, beta: beta.value, into: buffers.output(slice),
      positions: buffers.images[slice] * input.positionCount, channels: input.channels)
  }

  func backward(_ turn: TrainingTurn) {
    let slice = turn.slice
    func backward(into inputGradient: UnsafeMutablePointer<Float>?) {
      layerNormBackward(
        buffers.input(slice), gradient: buffers.outputGradient(slice), gamma: gamma.value,
        gammaGradient: gamma.gradient(slice), betaGradient: beta.gradient(slice),
        into: inputGradient, positions: buffers.images[slice] * input.positionCount,
        channels: input.channels)
    }
    if buffers.delivery == .none {
      backward(into: nil)
    } else {
      buffers.deliver(slice: slice, elements: input.elementCount) { backward(into: $0) }
    }
  }
}
