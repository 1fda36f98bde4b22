import TensorKernels

/// A k×k window reduced to its mean or its largest value.
struct PoolingFamily: WeightlessFamily, WindowedFamily {
  let pooling: PoolingKind
  let kernel: Int
  let stride: Int
  let padding: PoolingPadding

  var name: String { "\(pooling.rawValue)_pooling" }
  var inputCount: Int { 1 }
  var fusionRole: FusionRole { .alone }
  var accumulatesInputGradient: Bool { false }

  func outputShape(for input: TensorShape) throws(NetworkError) -> TensorShape {
    try check(kernel > 0 && stride > 0, "kernel and stride must be positive")
    if case .positions(let count) = padding {
      try check(
        count >= 0 && count < kernel, "the padding must be in 0..<\(kernel), got \(count)")
    }
    return try windowShape(on: input, channels: input.channels)
  }

  func axes(on input: TensorShape) -> (rows: WindowAxis, columns: WindowAxis) {
    (
      WindowAxis(length: input.height, kernel: kernel, stride: stride, pooling: padding),
      WindowAxis(length: input.width, kernel: kernel, stride: stride, pooling: padding)
    )
  }

  private func shape(_ input: TensorShape) -> PoolingShape {
    PoolingShape(
      height: input.height, width: input.width, channels: input.channels, kernel: kernel,
      stride: stride, padding: padding)
  }

  func trainingLayer(_ site: TrainingSite) -> any TrainingLayer {
    PoolingLayer(pooling: pooling, shape: shape(site.place.input), buffers: site.buffers)
  }

  func inferenceKernel(_ place: GroupPlace) -> InferenceKernel? {
    place.kernel(.pooling, size: kernel, stride: stride)
  }

  func inferenceStep(_ site: InferenceSite) -> InferenceStep {
    let shape = shape(site.place.input)
    switch pooling {
    case .max:
      return { images in
        maxPoolForward(site.input, into: site.output, images: images, shape: shape)
      }
    case .average:
      return { images in
        averagePoolForward(site.input, into: site.output, images: images, shape: shape)
      }
    }
  }
}

/// Average or max pooling.
struct PoolingLayer: OnePassLayer {
  let pooling: PoolingKind
  let shape: PoolingShape
  let buffers: LayerBuffers

  var kind: KernelKind { .pooling }

  func forward(_ turn: TrainingTurn) {
    let slice = turn.slice
    let images = buffers.images[slice]
    switch pooling {
    case .average:
      averagePoolForward(
        buffers.input(slice), into: buffers.output(slice), images: images, shape: shape)
    case .max:
      maxPoolForward(
        buffers.input(slice), into: buffers.output(slice), images: images, shape: shape)
    }
  }

  func backward(_ turn: TrainingTurn) {
    let slice = turn.slice
    let images = buffers.images[slice]
    let elements = shape.height * shape.width * shape.channels
    buffers.deliver(slice: slice, elements: elements) { output in
      switch pooling {
      case .average:
        averagePoolBackward(
          buffers.outputGradient(slice), into: output, images: images, shape: shape)
      case .max:
        maxPoolBackward(
          buffers.input(slice), buffers.outputGradient(slice), into: output, images: images,
          shape: shape)
      }
    }
  }
}
