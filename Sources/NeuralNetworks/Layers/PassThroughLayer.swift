import TensorKernels

/// A norm, add or activation that no other layer could take in: its head copies nothing.
struct PassThroughLayer: OnePassLayer {
  let elements: Int
  let buffers: LayerBuffers

  var kind: KernelKind { .activation }

  func forward(_ turn: TrainingTurn) {}

  func backward(_ turn: TrainingTurn) {
    let slice = turn.slice
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
