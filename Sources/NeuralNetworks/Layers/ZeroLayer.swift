import TensorKernels

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
