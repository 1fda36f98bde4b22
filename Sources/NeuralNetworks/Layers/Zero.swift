import TensorKernels

/// Zeros of the input's shape.
struct ZeroFamily: WeightlessFamily {
  var name: String { "zero" }
  var inputCount: Int { 1 }
  var fusionRole: FusionRole { .alone }
  var accumulatesInputGradient: Bool { true }

  func outputShape(for input: TensorShape) -> TensorShape { input }

  func trainingLayer(_ site: TrainingSite) -> any TrainingLayer {
    ZeroLayer(elements: site.place.input.elementCount, buffers: site.buffers)
  }

  func inferenceKernel(_ place: GroupPlace) -> InferenceKernel? { place.kernel(.elementwise) }

  func inferenceStep(_ site: InferenceSite) -> InferenceStep {
    let elements = site.place.output.elementCount
    return { images in site.output.update(repeating: 0, count: images * elements) }
  }
}

/// Zeros, whatever the input is: its share of the input's gradient is zero.
struct ZeroLayer: OnePassLayer {
  let elements: Int
  let buffers: LayerBuffers

  var kind: KernelKind { .activation }

  func forward(_ turn: TrainingTurn) { clear(buffers.output, turn.slice) }

  func backward(_ turn: TrainingTurn) {
    if buffers.delivery == .overwrite { clear(buffers.inputGradient, turn.slice) }
  }

  private func clear(_ buffer: SliceBuffer, _ slice: Int) {
    buffer(slice).update(repeating: 0, count: buffers.images[slice] * elements)
  }
}
