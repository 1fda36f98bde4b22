import TensorKernels

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
