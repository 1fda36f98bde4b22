import TensorKernels

/// A norm, add or activation that no other layer could take in: its head copies nothing.
struct PassThroughLayer: OnePassLayer {
  let elements: Int
  let buffers: LayerBuffers

  init(_ site: TrainingSite) {
    elements = site.place.input.elementCount
    buffers = site.buffers
  }

  var kind: KernelKind { .activation }

  func forward(_ turn: TrainingTurn) {}

  func backward(_ turn: TrainingTurn) {
    let slice = turn.slice
    deliver(
      buffers.outputGradient(slice), to: buffers.inputGradient(slice), buffers.delivery,
      count: buffers.images[slice] * elements)
  }
}
