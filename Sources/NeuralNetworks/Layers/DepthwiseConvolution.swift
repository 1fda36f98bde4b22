import TensorKernels

/// One k×k filter per channel.
struct DepthwiseFamily: LinearFamily, WindowedFamily {
  let kernel: Int
  let stride: Int
  let padding: Padding

  var name: String { "depthwise_convolution" }
  var hasBias: Bool { false }

  func outputShape(for input: TensorShape) throws(NetworkError) -> TensorShape {
    try check(kernel: kernel, padding: padding, allowsEven: false)
    try check(stride: stride, channels: input.channels)
    return try windowShape(on: input, channels: input.channels)
  }

  func axes(on input: TensorShape) -> (rows: WindowAxis, columns: WindowAxis) {
    (
      WindowAxis(length: input.height, kernel: kernel, stride: stride, padding: padding),
      WindowAxis(length: input.width, kernel: kernel, stride: stride, padding: padding)
    )
  }

  func weightShape(_ place: LayerPlace) -> [Int] { [kernel, kernel, place.input.channels] }

  private func shape(_ place: LayerPlace) -> DepthwiseShape {
    DepthwiseShape(
      height: place.input.height, width: place.input.width, channels: place.input.channels,
      kernel: kernel, stride: stride, padding: padding)
  }
}

extension DepthwiseFamily {
  var accumulatesInputGradient: Bool { false }

  func trainingMemory(_ place: LayerPlace, images: [Int]) -> LayerMemory {
    LayerMemory(scratch: shape(place).scratchFloats)
  }

  func trainingLayer(_ site: TrainingSite) -> any TrainingLayer {
    DepthwiseLayer(
      shape: shape(site.place), buffers: site.buffers, filters: site.tensor(.weight))
  }
}

extension DepthwiseFamily {
  func inferenceKernel(_ place: GroupPlace) -> InferenceKernel? {
    let weights = kernel * kernel * place.output.channels
    return place.kernel(
      .depthwise, size: kernel, stride: stride, macs: weights * place.output.positionCount,
      weights: weights + (place.group.norm != nil ? place.output.channels : 0))
  }

  func inferenceScratch(_ place: GroupPlace, capacity: Int) -> Int {
    shape(place.layer).scratchFloats
  }

  /// The activation runs in the kernel, unless an addend comes before it.
  func inferenceStep(_ site: InferenceSite) -> InferenceStep {
    let (weight, bias) = (site.weights[.weight], site.weights.values[.bias])
    let shape = shape(site.place.layer)
    let adds = site.addend != nil
    let activation = adds ? .identity : site.place.activation
    return { images in
      depthwiseForward(
        site.input, weight, bias: bias, activation: activation, into: site.output,
        scratch: site.scratch, images: images, shape: shape)
      if adds { site.finish(images: images) }
    }
  }
}

/// One filter per channel.
struct DepthwiseLayer: OnePassLayer, @unchecked Sendable {
  let shape: DepthwiseShape
  let buffers: LayerBuffers
  let filters: TrainedTensor

  var kind: KernelKind { .depthwise }

  func forward(_ turn: TrainingTurn) {
    let slice = turn.slice
    depthwiseForward(
      buffers.input(slice), filters.value, bias: nil, into: buffers.output(slice),
      scratch: buffers.scratch(slice), images: buffers.images[slice], shape: shape)
  }

  func backward(_ turn: TrainingTurn) {
    let slice = turn.slice
    depthwiseBackwardFilters(
      buffers.input(slice), buffers.outputGradient(slice),
      addingTo: filters.gradient(slice),
      scratch: buffers.scratch(slice), images: buffers.images[slice], shape: shape)
    let elements = shape.plane.inputPixels * shape.channels
    buffers.deliver(slice: slice, elements: elements) { output in
      depthwiseBackwardInput(
        buffers.outputGradient(slice), filters.value, into: output,
        scratch: buffers.scratch(slice), images: buffers.images[slice], shape: shape)
    }
  }
}
