import TensorKernels

/// Dropout; its mask is drawn again in the backward pass.
struct DropoutLayer: OnePassLayer {
  let rate: Double
  let seed: UInt64
  let node: Int
  let elements: Int
  let buffers: LayerBuffers

  var kind: KernelKind { .activation }

  private func stream(_ turn: TrainingTurn) -> RandomStream {
    RandomStream(seed: seed, purpose: "dropout", node, turn.step, turn.slice)
  }

  func forward(_ turn: TrainingTurn) {
    let slice = turn.slice
    dropout(
      buffers.input(slice), rate: rate, stream: stream(turn),
      into: buffers.output(slice), count: buffers.images[slice] * elements)
  }

  func backward(_ turn: TrainingTurn) {
    let slice = turn.slice
    buffers.deliver(slice: slice, elements: elements) { output in
      dropout(
        buffers.outputGradient(slice), rate: rate, stream: stream(turn),
        into: output, count: buffers.images[slice] * elements)
    }
  }
}
