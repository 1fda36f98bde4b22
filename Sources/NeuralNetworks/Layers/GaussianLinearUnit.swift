import TensorKernels

/// The Gaussian error linear unit, as a layer of its own: no other kernel takes it in.
struct GELUFamily: WeightlessFamily {
  var name: String { "gelu" }
  var inputCount: Int { 1 }
  var fusionRole: FusionRole { .alone }
  var accumulatesInputGradient: Bool { false }

  func outputShape(for input: TensorShape) -> TensorShape { input }

  func trainingLayer(_ site: TrainingSite) -> any TrainingLayer {
    GELULayer(elements: site.place.input.elementCount, buffers: site.buffers)
  }

  func inferenceKernel(_ place: GroupPlace) -> InferenceKernel? { place.kernel(.gelu) }

  func inferenceStep(_ site: InferenceSite) -> InferenceStep {
    let elements = site.place.output.elementCount
    return { images in geluForward(site.input, into: site.output, count: images * elements) }
  }
}

/// The Gaussian error linear unit in training.
struct GELULayer: OnePassLayer {
  let elements: Int
  let buffers: LayerBuffers

  var kind: KernelKind { .activation }

  func forward(_ turn: TrainingTurn) {
    let slice = turn.slice
    geluForward(
      buffers.input(slice), into: buffers.output(slice), count: buffers.images[slice] * elements)
  }

  func backward(_ turn: TrainingTurn) {
    let slice = turn.slice
    buffers.deliver(slice: slice, elements: elements) { output in
      geluBackward(
        buffers.input(slice), gradient: buffers.outputGradient(slice), into: output,
        count: buffers.images[slice] * elements)
    }
  }
}
