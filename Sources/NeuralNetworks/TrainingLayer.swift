import TensorKernels

/// What a layer's kernels work on, for every slice of the batch.
struct LayerBuffers: @unchecked Sendable {
  let input: SliceBuffer
  let output: SliceBuffer
  /// The gradient with respect to the output.
  let outputGradient: SliceBuffer
  let inputGradient: SliceBuffer
  let delivery: GradientDelivery
  /// A whole input's room, used where a kernel cannot accumulate.
  let detour: SliceBuffer
  let scratch: SliceBuffer
  /// The images in each slice.
  let images: [Int]

  /// Runs `body` with where to write the input's gradient, and adds it where it must be added.
  func deliver(
    slice: Int, elements: Int, _ body: (UnsafeMutablePointer<Float>) -> Void
  ) {
    switch delivery {
    case .none: break
    case .overwrite: body(inputGradient(slice))
    case .accumulate:
      body(detour(slice))
      add(detour(slice), to: inputGradient(slice), count: images[slice] * elements)
    }
  }
}

/// One trained tensor as its layer's kernels see it: the value shared, a gradient for every slice.
struct TrainedTensor: @unchecked Sendable {
  let value: UnsafeMutablePointer<Float>
  private let gradients: SliceBuffer
  private let offset: Int

  init(
    _ tensor: ParameterLayout.Tensor, parameters: UnsafeMutablePointer<Float>,
    gradients: SliceBuffer
  ) {
    value = parameters + tensor.offset
    offset = tensor.offset
    self.gradients = gradients
  }

  func gradient(_ slice: Int) -> UnsafeMutablePointer<Float> { gradients(slice) + offset }
}

/// A layer in a training plan. Slices are independent: any thread may run any slice.
protocol TrainingLayer: Sendable {
  /// Rearranges the weights for the backward pass; called once a step.
  func rearrange()
  func forward(slice: Int, step: Int)
  /// Adds to the weights' gradients and delivers the input's.
  func backward(slice: Int, step: Int)
}

extension TrainingLayer {
  func rearrange() {}
}
